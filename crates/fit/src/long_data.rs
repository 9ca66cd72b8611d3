//! Long data: a line for each value, which names its quantity.

use csv::StringRecord;
use ratelaw_network::units::Unit;
use ratelaw_solver::Column;

use crate::data_table::{DataTable, is_missing};
use crate::dataset::Series;
use crate::error::Result;

/// Words for the column that names the quantity.
const NAMES: [&str; 3] = ["observable", "species", "variable"];
/// The columns that there can be.
const COLUMNS: &str = "`time / UNIT`, `observable`, `value` and `unit` (or `value / UNIT`), perhaps `sd`";

/// Name and unit of a title; a long table names quantities and units in cells too.
fn split(title: &str) -> (&str, Option<&str>) {
    Column::split(title).map_or((title, None), |(name, unit)| (name, Some(unit)))
}

/// Whether the header has a column of names and one of values.
pub(crate) fn is_long(table: &DataTable<'_>) -> bool {
    let has = |wanted: &[&str]| table.header.iter().any(|title| wanted.contains(&split(title).0));
    has(&NAMES) && has(&["value"])
}

/// Where the columns are, and units that the header states.
struct Columns<'a> {
    time: usize,
    /// One of the unit of time, s.
    factor: f64,
    name: usize,
    value: usize,
    value_unit: Option<&'a str>,
    unit: Option<usize>,
    sd: Option<usize>,
    sd_unit: Option<Unit>,
}

/// The series of long data.
pub(crate) fn read(mut table: DataTable<'_>) -> Result<Vec<Series>> {
    let records = std::mem::take(&mut table.records);
    let columns = Columns::find(&table)?;
    let mut series = Vec::new();
    for record in records {
        let (record, line) = record?;
        columns.read(&table, &record, line, &mut series)?;
    }
    Ok(series)
}

impl<'a> Columns<'a> {
    fn find(table: &'a DataTable<'_>) -> Result<Self> {
        let line = table.header_line;
        let place = |wanted: &[&str]| -> Result<Option<(usize, Option<&'a str>)>> {
            let mut found = table.header.iter().enumerate().filter(|(_, title)| wanted.contains(&split(title).0));
            let first = found.next();
            match found.next() {
                Some((_, title)) => table.fault(line, "a column of long data is there twice", title, COLUMNS),
                None => Ok(first.map(|(i, title)| (i, split(title).1))),
            }
        };
        let known = |name: &str| NAMES.contains(&name) || ["time", "value", "unit", "sd"].contains(&name);
        if let Some(title) = table.header.iter().find(|title| !known(split(title).0)) {
            return table.fault(line, format!("the column `{title}` is none of long data"), title, COLUMNS);
        }
        let (Some((name, _)), Some((value, value_unit))) = (place(&NAMES)?, place(&["value"])?) else {
            return table.fault(line, "the header needs names and values", "one of them", COLUMNS);
        };
        let Some((time, Some(time_unit))) = place(&["time"])? else {
            let found = table.header.iter().collect::<Vec<_>>().join(", ");
            return table.fault(line, "the header needs a time with its unit", found, "one column `time / UNIT`");
        };
        let factor = table.time_factor(line, time_unit)?;
        let (unit, sd) = (place(&["unit"])?, place(&["sd"])?);
        if unit.is_some() == value_unit.is_some() {
            let found = if unit.is_some() { "it in the header and in a column" } else { "none" };
            return table.fault(line, "the unit of column `value`", found, "`value / UNIT`, or a column `unit`");
        }
        let sd_unit = sd.and_then(|(_, unit)| unit).map(|text| table.unit(line, "sd", text)).transpose()?;
        let (unit, sd, sd_unit) = (unit.map(|(i, _)| i), sd.map(|(i, _)| i), sd_unit.map(|(unit, _)| unit));
        Ok(Self { time, factor, name, value, value_unit, unit, sd, sd_unit })
    }

    fn read(&self, table: &DataTable<'_>, record: &StringRecord, line: usize, series: &mut Vec<Series>) -> Result<()> {
        let time = self.factor * table.time(record, line, self.time)?;
        let name = &record[self.name];
        if is_missing(name) {
            let what = format!("a cell of column `{}`", &table.header[self.name]);
            return table.fault(line, what, "nothing", "a species or an observable");
        }
        let text = self.unit.map_or(self.value_unit.unwrap_or_default(), |unit| &record[unit]);
        if is_missing(text) {
            return table.fault(line, format!("the unit of `{name}`"), "nothing", "a unit, or `1` for pure numbers");
        }
        let known = series.iter().position(|s| s.name == name);
        if let Some(other) = known.map(|known| &series[known].unit).filter(|unit| *unit != text) {
            let what = format!("values of `{name}` in two units");
            return table.fault(line, what, format!("`{text}`"), format!("`{other}`"));
        }
        let index = known.unwrap_or(series.len());
        if known.is_none() {
            let (unit, arbitrary) = table.unit(line, name, text)?;
            series.push(Series::new(name, text, &unit, arbitrary, line));
        }
        let own = &mut series[index];
        let factor = match &self.sd_unit {
            Some(unit) if unit.dimension != own.dimension => {
                let found = format!("a unit of {}", unit.dimension);
                let expected = format!("a unit of {}, as `{name}`", own.dimension);
                return table.fault(line, "the unit of column `sd`", found, expected);
            }
            Some(unit) => unit.factor / own.factor,
            None => 1.0,
        };
        let sd = self.sd.map(|column| table.deviation(record, line, (column, name))).transpose()?.flatten();
        if let Some(value) = table.number(record, line, self.value)? {
            own.points.push(table.measurement(line, name, (time, value, sd.map(|sd| sd * factor)))?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::dataset::Dataset;

    /// The same data in both shapes are the same, but for the lines they stand in.
    #[test]
    fn long_data_are_wide_data() {
        let long = "# source: a book\ntime / min,observable,value,unit,sd\n1,A,50,%,1\n1,A,52,%,1\n1,B,NA,mM,\n\
                    2,A,25,%,0.5\n2,B,3,mM,\n";
        let wide = "# source: a book\ntime / min,A / %,A / %,sd(A) / %,B / mM\n1,50,52,1,NA\n2,25,,0.5,3\n";
        let [long, wide] = [long, wide].map(|text| {
            let mut data = Dataset::from_text(text, "x.csv").unwrap();
            for series in &mut data.series {
                series.line = 0;
                series.points.iter_mut().for_each(|p| p.line = 0);
            }
            data
        });
        assert_eq!(long, wide);
    }

    #[test]
    fn one_unit_can_stand_in_the_header() {
        let text = "time [h],species,value [mM],sd [M]\n1,A,5,0.001\n2,\"B\",6,0.002\n";
        let data = Dataset::from_text(text, "x.csv").unwrap();
        let [a, b] = &data.series[..] else { panic!("{data:?}") };
        assert_eq!((a.name.as_str(), a.unit.as_str(), a.line, b.line), ("A", "mM", 2, 3));
        assert_eq!((a.points[0].time, a.points[0].value, a.points[0].line), (3600.0, 5.0, 2));
        // 0.001 M is 1 mM, to rounding.
        assert!((a.points[0].sd.unwrap() - 1.0).abs() < 1e-12, "{data:?}");
    }

    #[test]
    fn faults_name_file_line_and_column() {
        for (text, expected) in [
            ("time,species,value,unit\n1,A,2,mM\n", "x.csv:1: the header needs a time with its unit"),
            ("time / V,species,value,unit\n1,A,2,mM\n", "x.csv:1: the unit of column `time`"),
            ("time / h,species,value\n1,A,2\n", "x.csv:1: the unit of column `value`"),
            ("time / h,species,value / mM,unit\n1,A,2,mM\n", "x.csv:1: the unit of column `value`"),
            ("time / h,species,variable,value / mM\n1,A,A,2\n", "x.csv:1: a column of long data is there twice"),
            ("run,time / h,species,value / mM\n1,1,A,2\n", "x.csv:1: the column `run` is none of long data"),
            ("time / h,species,value / mM\n1,A,x\n", "x.csv:2: a cell of column `value / mM`"),
            ("time / h,species,value / mM\n1,A,1\n1,,2\n", "x.csv:3: a cell of column `species`"),
            ("time / h,species,value,unit\n1,A,1,mM\n2,A,2,M\n", "x.csv:3: values of `A` in two units"),
            ("time / h,species,value,unit\n1,A,1,mM\n2,A,2,\n", "x.csv:3: the unit of `A`"),
            ("time / h,species,value,unit\n1,A,1,furlong\n", "x.csv:2: the unit of column `A`"),
            ("time / h,species,value / mM,sd\n1,A,1,0\n", "x.csv:2: a standard deviation of `A`"),
            ("time / h,species,value / mM,sd / V\n1,A,1,1\n", "x.csv:2: the unit of column `sd`"),
            ("time / h,species,value / mM\n-1,A,1\n", "x.csv:2: a time"),
            ("time / h,species,value / mM\n1,A\n", "x.csv:2: a line does not match the header"),
            ("time / h,species,value / mM\n1,A,NA\n", "x.csv:1: the data file has no measurements"),
        ] {
            let error = Dataset::from_text(text, "x.csv").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
