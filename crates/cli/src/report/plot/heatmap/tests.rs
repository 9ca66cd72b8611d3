use super::*;

fn axis(label: &str, scale: Scale, values: &[f64]) -> PlaneAxis {
    PlaneAxis { label: label.to_owned(), scale, values: values.to_vec() }
}

fn panel(values: Vec<Option<f64>>) -> Panel {
    Panel { label: "conversion(A) / %".to_owned(), values }
}

fn map(x: &[f64], y: &[f64], values: Vec<Option<f64>>) -> HeatMap {
    let (x, y) = (axis("potential / V", Scale::Linear, x), axis("k <2> / 1/s", Scale::Log, y));
    HeatMap { title: "A map".to_owned(), x, y, panels: vec![panel(values)] }
}

/// Colour, left, top, width and height of each rectangle, in tenths of a pixel.
fn rectangles(svg: &str) -> Vec<(String, [i64; 4])> {
    let mut all = Vec::new();
    for (color, rest) in svg.lines().filter_map(|line| line.strip_prefix("<path fill=\"")?.split_once('"')) {
        let (_, data) = rest.split_once(" d=\"").expect("data");
        for piece in data.trim_end_matches("\"/>").split_inclusive('z') {
            let numbers = piece.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
            let numbers: Vec<i64> = numbers.map(|n| n.parse().expect("a number")).collect();
            assert_eq!((numbers.len(), numbers[2]), (5, numbers[4]), "{piece}");
            all.push((color.to_owned(), [numbers[0], numbers[1], numbers[2], numbers[3]]));
        }
    }
    all
}

fn area(rectangles: &[(String, [i64; 4])]) -> i64 {
    rectangles.iter().map(|(_, [_, _, w, h])| w * h).sum()
}

/// The plane in tenths of a pixel.
const WHOLE: i64 = 3300 * 3300;

#[test]
fn cells_cover_the_plane_and_grey_ones_are_told() {
    // Rows of y = 1, 10, 100; one cell failed, one has no number.
    let values = [Some(0.0), None, Some(1.0), Some(f64::NAN), Some(4.0), Some(4.0)];
    let svg = map(&[1.0, 2.0], &[1.0, 10.0, 100.0], values.to_vec()).to_svg().unwrap();
    let cells = rectangles(&svg);
    assert_eq!((cells.len(), area(&cells)), (5, WHOLE), "the two cells of 4.0 are one rectangle\n{svg}");
    let of = |color: &str| cells.iter().filter(|c| c.0 == color).map(|c| c.1).collect::<Vec<_>>();
    let (grey, low, high) = (of("#BEBEBE"), of("#440154"), of("#FDE725"));
    assert_eq!(grey.iter().map(|c| [c[2], c[3]]).collect::<Vec<_>>(), [[1650, 1100], [1650, 1100]]);
    assert_eq!((low[0][2], high[0][2]), (1650, 3300));
    assert!(low[0][1] > grey[1][1] && grey[1][1] > high[0][1], "y rises upwards");
    assert_eq!(low[0][0] + 1650, grey[0][0], "x rises to the right");
    for text in ["A map", "potential / V", "k &lt;2&gt; / 1/s", "conversion(A) / %", NO_VALUE] {
        assert_eq!(svg.matches(text).count(), 1, "{text}");
    }

    let whole = map(&[1.0, 2.0], &[1.0, 10.0], [0.0, 1.0, 2.0, 3.0].map(Some).to_vec()).to_svg().unwrap();
    assert!(!whole.contains(NO_VALUE) && !whole.contains("#BEBEBE"));
}

#[test]
fn the_order_of_values_does_not_matter() {
    let rising = map(&[1.0, 2.0, 5.0], &[1.0, 10.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(Some).to_vec());
    let falling = map(&[5.0, 2.0, 1.0], &[10.0, 1.0], [5.0, 4.0, 3.0, 2.0, 1.0, 0.0].map(Some).to_vec());
    let svg = rising.to_svg().unwrap();
    assert_eq!(svg, falling.to_svg().unwrap());
    // Borders of 1, 2, 5 are 0.5, 1.5, 3.5, 6.5: sixths of the plane.
    let wide: Vec<i64> = rectangles(&svg).iter().map(|c| c.1[2]).collect();
    assert_eq!(wide, [550, 1100, 1650, 550, 1100, 1650]);
}

#[test]
fn odd_values_are_drawn_without_odd_numbers() {
    let odd = [f64::NAN, f64::INFINITY, -1e300, -1.0, 0.0, 1e-300, 7.0, 7.0 + 1e-9, 7.0];
    let pairs = odd.iter().flat_map(|a| odd.map(|b| Some(a * b))).collect();
    for (x, y, values) in [
        (&odd[..], &odd[..], pairs),
        (&odd[6..7], &odd[6..7], vec![Some(7.0)]),
        (&odd[4..5], &odd[4..5], vec![Some(0.0)]),
        (&odd[6..], &odd[6..7], vec![None, Some(3.0), None]),
    ] {
        let mut map = map(x, y, values);
        map.panels.push(panel(vec![None; x.len() * y.len()]));
        let svg = map.to_svg().unwrap();
        assert_eq!(area(&rectangles(&svg)), 2 * WHOLE, "{svg}");
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"));
    }
}

#[test]
fn no_value_is_no_data() {
    let no_data = |map: &HeatMap| matches!(map.to_svg(), Err(PlotError::NoData { .. }));
    assert!(no_data(&map(&[1.0], &[1.0, 2.0], vec![None, Some(f64::NAN)])));
    assert!(no_data(&map(&[1.0], &[1.0, 2.0], vec![Some(1.0)])), "a cell too few");
    assert!(no_data(&map(&[], &[], vec![])));
}

#[test]
fn files_of_large_maps_are_bounded() {
    let ramp: Vec<f64> = (1..=400).map(f64::from).collect();
    let size = |value: &dyn Fn(f64, f64) -> f64| {
        let values = ramp.iter().flat_map(|y| ramp.iter().map(|x| Some(value(*x, *y)))).collect();
        map(&ramp, &ramp, values).to_svg().unwrap().len()
    };
    // A slope has at most 128 rectangles in a row, of at most 21 bytes (`M12345 1234h12v123h-12z`); noise 400.
    let slope = size(&|x, y| x + y);
    let noise = size(&|x, y| (x * 12.9898 + y * 78.233).sin());
    assert!(slope < 1_300_000 && noise < 4_000_000, "{slope} and {noise} bytes");
}
