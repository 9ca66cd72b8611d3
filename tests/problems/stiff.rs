//! More published stiff problems: Oregonator, E5, the chemical problem of Akzo Nobel, and oxygen reduction on Pt(111).

use ratelaw::prelude::*;

use super::letters;

/// The Oregonator of R. J. Field and R. M. Noyes, J. Chem. Phys. 60 (1974) 1877, scaled as in Hairer and Wanner,
/// Solving Ordinary Differential Equations II, section IV.10 (problem OREGO): limit cycle with fast jumps.
pub(crate) fn oregonator() -> Network {
    let (s, w, q) = (77.27, 0.161, 8.375e-6);
    letters(
        "oregonator",
        &[("X", 1.0), ("Y", 2.0), ("Z", 3.0)],
        &[
            ("Y -> X + Y", s),
            ("X + Y -> Y", s),
            ("X -> 2 X", s),
            ("2 X -> X", s * q),
            ("Z -> Z + Y", 1.0 / s),
            ("Y -> 0", 1.0 / s),
            ("X + Y -> X", 1.0 / s),
            ("X -> X + Z", w),
            ("Z -> 0", w),
        ],
    )
}

pub(crate) const OREGO_END: f64 = 360.0;
/// Hairer and Wanner's values; a Radau integration of scipy 1.17 at rtol 1e-13 agrees to 1.2e-13.
pub(crate) const OREGO: [f64; 3] = [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3];

/// E5 of W. H. Enright, T. E. Hull and B. Lindberg, BIT 15 (1975) 10, with the end time of Hairer and Wanner II, section
/// IV.10: a pyrolysis, with amounts of 1e-3 to 1e-22.
pub(crate) fn e5() -> Network {
    letters(
        "e5",
        &[("y1", 1.76e-3), ("y2", 0.0), ("y3", 0.0), ("y4", 0.0)],
        &[("y1 -> y2 + y3", 7.89e-10), ("y1 + y3 -> y4", 1.1e7), ("y2 + y3 -> 0", 1.13e9), ("y4 -> y3", 1.13e3)],
    )
}

pub(crate) const E5_TIMES: [f64; 3] = [1e5, 1e11, 1e13];
/// No digits of a publication: integrated on their own, in the logarithms of time and amounts with y2 = y3 + y4
/// eliminated (scipy 1.17, Radau, rtol 1e-12, agreeing with 1e-10 to 12 digits; y1 at 1e11 to 9). From 1e11 on, y1
/// decays alone, y2 = y3, and `1/y2` rises by 1.13e9 a second.
pub(crate) const E5: [[f64; 4]; 3] = [
    [7.481320822429e-6, 2.37347815612e-12, 2.21235866896e-12, 1.61119487162e-13],
    [3.76930822e-49, 1.01925825681e-20, 1.01925825681e-20, 0.0],
    [0.0, E5_LAST, E5_LAST, 0.0],
];
const E5_LAST: f64 = 8.86123352129e-23;

/// The chemical problem of Akzo Nobel (W. J. H. Stortelder, 1995; CWI test set, Mazzia and Magherini 2008, problem
/// chemakzo): its sixth amount is the fast equilibrium `Ks FLB ZHU`, here put into the rate that it takes part in, which
/// makes the problem an ordinary differential equation with the same solution.
pub(crate) fn akzo() -> Network {
    let parameters = [
        ("k1", 18.7),
        ("k2", 0.58),
        ("k2r", 0.58 / 34.4),
        ("k3", 0.09),
        ("k4", 0.42),
        ("inflow", 3.3 * 0.9 / 737.0),
        ("klA", 3.3),
    ];
    let initial = [("y1", 0.444), ("y2", 0.00123), ("y3", 0.0), ("y4", 0.007), ("y5", 0.0)];
    let mut builder = Network::builder("akzo").abstract_phase("mixture");
    for (name, amount) in initial {
        builder = builder.species(Species::new(name).composition_waived().initial(Number(amount)).expect("a number"));
    }
    for (name, value) in parameters {
        builder = builder.parameter(name, Quantity::new(value, "1/s").expect("a unit")).expect("a parameter");
    }
    builder = builder.parameter("Ks", Number(115.83)).expect("a parameter");
    let steps = [
        ("2 y1 + 0.5 y2 -> y3", "k1 * y1^4 * sqrt(y2)"),
        ("y3 + y4 -> y1 + y5", "k2 * y3 * y4"),
        ("y1 + y5 -> y3 + y4", "k2r * y1 * y5"),
        ("y1 + y2 + 2 y4 -> 0", "k3 * y1 * y4^2"),
        ("0.5 y2 -> y5", "k4 * (Ks * y1 * y4)^2 * sqrt(y2)"),
        ("0 -> y2", "inflow"),
        ("y2 -> 0", "klA * y2"),
    ];
    for (i, (equation, rate)) in steps.into_iter().enumerate() {
        let law = Law::expression(rate).unwrap_or_else(|e| panic!("{e:?}"));
        builder = builder.step(&format!("r{}", i + 1), equation, law);
    }
    builder = builder.observable("y6", "Ks * y1 * y4").unwrap_or_else(|e| panic!("{e}"));
    builder.build().unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) const AKZO_END: f64 = 180.0;
/// The test set's reference, y6 last; a Radau integration of scipy 1.17 at rtol 1e-13 agrees to 1e-14.
pub(crate) const AKZO: [f64; 6] = [
    0.1150794920661702,
    0.1203831471567715e-2,
    0.1611562887407974,
    0.3656156421249283e-3,
    0.1708010885264404e-1,
    0.4873531310307455e-2,
];

/// The reduction of oxygen on Pt(111) of H. A. Hansen, V. Viswanathan and J. K. Norskov, J. Phys. Chem. C 118 (2014) 6706,
/// at 0.9 V on a surface that is clean at the start: relaxations at rest are of 4e15 to 1.3e5 1/s, and amounts 1e-26 to 1.
pub(crate) fn oxygen_reduction() -> Network {
    let model = ratelaw::models::find("hansen-2014-oxygen-reduction").expect("embedded");
    model.network().unwrap_or_else(|e| panic!("{e}"))
}

/// The model's first species are held.
pub(crate) const ORR_HELD: usize = 4;
/// At the last of these times the surface is at rest.
pub(crate) const ORR_TIMES: [f64; 5] = [1e-9, 1e-7, 1e-6, 1e-5, 1e-3];
/// No digits of a publication: the equations written down apart from the model (mpmath 1.3, 34 digits), by collocation at
/// seven Radau points on times that grow by 1.15. Steps twice as long change 1.5e-10 at 1e-5 s, which order 13 makes 2e-14,
/// and 1e-14 at the other times. Radau of scipy 1.17 at rtol 1e-13 agrees to 4e-13, Radau5 of this library at 1e-12 to
/// 3e-13.
#[rustfmt::skip]
pub(crate) const ORR: [[f64; 10]; 5] = [
    [
        1.78079001714047e-8, 9.04416968373356e-10, 2.9159915078868e-19, 6.35646470584319e-9, 7.79764310212055e-4,
        9.56751668731374e-27, 4.84922420893356e-14, 8.94994812681793e-7, 9.99220228428906e-1, 9.99999105005139e-1,
    ],
    [
        1.99644245424358e-7, 1.5537016498548e-6, 5.00939613594309e-16, 6.17902638966725e-5, 7.49721172545531e-2,
        1.17866720130418e-21, 2.19348434815563e-9, 8.09962779216671e-5, 9.249645387799e-1, 9.99919001528594e-1,
    ],
    [
        4.03320672147705e-7, 9.59256205081955e-6, 3.09280378205588e-15, 4.76741908493522e-3, 5.36312013058772e-1,
        1.26552105539832e-20, 2.11157391771461e-8, 3.8059151587257e-4, 4.58910975294239e-1, 9.99619387368388e-1,
    ],
    [
        1.61188242501659e-5, 3.63984176238911e-6, 1.1735463777658e-15, 8.45174151839787e-2, 9.12306249343881e-1,
        4.93335766344629e-21, 9.02217092234823e-9, 4.36575776923561e-4, 3.17269563037671e-3, 9.99563415200906e-1,
    ],
    [
        1.77449906290489e-5, 3.12533921639685e-6, 1.00766208400972e-15, 1.26001922240736e-1, 8.71368588698703e-1,
        4.21814268351907e-21, 7.9000228240584e-9, 4.36556062317828e-4, 2.62636372134421e-3, 9.99563436037659e-1,
    ],
];
