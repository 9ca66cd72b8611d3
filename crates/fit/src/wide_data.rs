//! Wide data: a column for each quantity, a line for each time.

use csv::StringRecord;
use ratelaw_network::units::Unit;
use ratelaw_solver::Column;

use crate::data_table::DataTable;
use crate::dataset::Series;
use crate::error::Result;

/// What a column holds.
enum Role {
    Time {
        factor: f64,
    },
    /// The how-many-eth column of its series.
    Value {
        series: usize,
        which: usize,
    },
    /// The how-many-eth column of deviations it is for its series.
    Deviation {
        of: String,
        unit: Unit,
        which: usize,
    },
}

/// The series of wide data.
pub(crate) fn read(mut table: DataTable<'_>) -> Result<Vec<Series>> {
    let records = std::mem::take(&mut table.records);
    let mut series: Vec<Series> = Vec::new();
    let mut roles: Vec<Role> = Vec::new();
    for title in &table.header {
        let role = role(&table, title, &mut series, &roles)?;
        roles.push(role);
    }
    if roles.iter().filter(|r| matches!(r, Role::Time { .. })).count() != 1 {
        let found = table.header.iter().collect::<Vec<_>>().join(", ");
        return table.fault(table.header_line, "the header needs a time", found, "one column `time / UNIT`");
    }
    check_deviations(&table, &roles, &series)?;
    for record in records {
        let (record, line) = record?;
        read_line(&table, &record, line, &roles, &mut series)?;
    }
    Ok(series)
}

/// Every column of deviations has values of its dimension, and as many columns or one for all.
fn check_deviations(table: &DataTable<'_>, roles: &[Role], series: &[Series]) -> Result<()> {
    let line = table.header_line;
    for role in roles {
        let Role::Deviation { of, unit, .. } = role else { continue };
        let Some(values) = series.iter().find(|s| s.name == *of) else {
            let what = format!("the column `sd({of})` has no values");
            return table.fault(line, what, "no such column", format!("a column `{of}`"));
        };
        let count = |wanted: &dyn Fn(&Role) -> bool| roles.iter().filter(|r| wanted(r)).count();
        let replicates = count(&|r| matches!(r, Role::Value { series: index, .. } if series[*index].name == *of));
        let deviations = count(&|r| matches!(r, Role::Deviation { of: other, .. } if other == of));
        if deviations != 1 && deviations != replicates {
            let what = format!("the columns `sd({of})` do not match the columns `{of}`");
            let found = format!("{deviations} of the one, {replicates} of the other");
            return table.fault(line, what, found, "one for all replicates, or one for each in their order");
        }
        if values.dimension != unit.dimension {
            let what = format!("the unit of column `sd({of})`");
            let found = format!("a unit of {}", unit.dimension);
            return table.fault(line, what, found, format!("a unit of {}", values.dimension));
        }
    }
    Ok(())
}

fn role(table: &DataTable<'_>, title: &str, series: &mut Vec<Series>, before: &[Role]) -> Result<Role> {
    let line = table.header_line;
    let Some((name, text)) = Column::split(title) else {
        let expected = "name and unit, such as `time / min`, `yield(BPA from NH3) / %`, or `/ 1` for pure numbers; or \
                        long data with the columns `time / UNIT`, `observable`, `value` and `unit`";
        return table.fault(line, format!("the column `{title}` has no unit"), format!("`{title}`"), expected);
    };
    if name == "time" {
        return Ok(Role::Time { factor: table.time_factor(line, text)? });
    }
    let (unit, arbitrary) = table.unit(line, name, text)?;
    if let Some(of) = name.strip_prefix("sd(").and_then(|n| n.strip_suffix(')')) {
        let of = of.trim().to_owned();
        let which = before.iter().filter(|r| matches!(r, Role::Deviation { of: other, .. } if *other == of)).count();
        return Ok(Role::Deviation { of, unit, which });
    }
    // A column of the same name is a replicate of the same series.
    let known = series.iter().position(|s| s.name == name);
    if let Some(known) = known
        && series[known].unit != text
    {
        let (what, expected) = (format!("replicates of `{name}` in two units"), format!("`{}`", series[known].unit));
        return table.fault(line, what, format!("`{text}`"), expected);
    }
    let index = known.unwrap_or(series.len());
    if known.is_none() {
        series.push(Series::new(name, text, &unit, arbitrary, line));
    }
    let which = before.iter().filter(|r| matches!(r, Role::Value { series, .. } if *series == index)).count();
    Ok(Role::Value { series: index, which })
}

fn read_line(
    table: &DataTable<'_>,
    record: &StringRecord,
    line: usize,
    roles: &[Role],
    series: &mut [Series],
) -> Result<()> {
    let mut time = None;
    let mut deviations: Vec<(&str, usize, f64)> = Vec::new();
    for (column, role) in roles.iter().enumerate() {
        match role {
            Role::Time { factor } => time = Some(table.time(record, line, column)? * factor),
            Role::Deviation { of, unit, which } => {
                let sd = table.deviation(record, line, (column, of))?;
                deviations.extend(sd.map(|sd| (of.as_str(), *which, sd * unit.factor)));
            }
            Role::Value { .. } => {}
        }
    }
    let paired =
        |name: &str| roles.iter().any(|r| matches!(r, Role::Deviation { of, which, .. } if of == name && *which > 0));
    for (column, role) in roles.iter().enumerate() {
        if let (Role::Value { series: index, which }, Some(time)) = (role, time)
            && let Some(value) = table.number(record, line, column)?
        {
            let series = &mut series[*index];
            // The deviation of this replicate, or the only one.
            let own = |(of, k, _): &&(&str, usize, f64)| *of == series.name && (k == which || !paired(&series.name));
            let sd = deviations.iter().find(own).map(|(_, _, sd)| sd / series.factor);
            let point = table.measurement(line, &series.name, (time, value, sd))?;
            series.points.push(point);
        }
    }
    Ok(())
}
