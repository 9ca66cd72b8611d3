//! Values and exact derivatives of observables.

use std::cell::OnceCell;

use ratelaw_network::expression::{Tape, Variable};
use ratelaw_network::rate::{Dual, Real};
use ratelaw_network::{Bound, Compiled, Conditions, ElectronStep, FARADAY, Lane, Network, PhaseId, SpeciesId, StepId};

use super::{Observable, Share};
use crate::applied::Applied;
use crate::lanes::{plain, singles};
use crate::problem::{Problem, initial_direction};
use crate::setting::Setting;

/// The state at one time.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// What is being solved.
    pub problem: &'a Problem,
    /// Time, s.
    pub time: f64,
    /// Amounts, SI.
    pub y: &'a [f64],
    /// Potentials that were found together with the amounts, V.
    pub potentials: &'a [f64],
    /// Net turnovers of the steps that exchange electrons, mol.
    pub turnovers: &'a [f64],
    /// Conditions of the stage that the run is in.
    pub conditions: &'a Conditions,
    /// Amounts at the start and what was dosed since, SI.
    pub supplied: &'a [f64],
    /// Rates of the turnovers from the run itself, mol/s; empty where they are not known.
    pub turnover_rates: &'a [f64],
    /// How potential and temperature change with the one setting that a derivative is asked for in; as while no protocol
    /// sets them if none is given.
    pub applied: Option<Applied>,
}

impl Moment<'_> {
    fn network(&self) -> &Network {
        self.problem.network()
    }

    fn tables(&self) -> &Compiled {
        self.problem.tables()
    }

    fn variables(&self) -> Vec<f64> {
        self.problem.variables_at(self.y, self.potentials, self.time)
    }

    /// The value of an expression of variables and ready observables.
    pub(crate) fn expression(&self, tape: &Tape, ready: &[Observable]) -> Option<f64> {
        Some(self.plainly(|view| view.expression(tape, ready))).filter(|value| value.is_finite())
    }

    /// The derivative of such an expression when variables and turnovers change by `dz` and `dq`, and the time by `dt`, for
    /// one unit of a setting, or of nothing else.
    pub(crate) fn expression_derivative(
        &self,
        (tape, ready): (&Tape, &[Observable]),
        setting: Option<Setting>,
        (dz, dq, dt): (&[f64], &[f64], f64),
    ) -> Option<f64> {
        self.dually(setting, (dz, dq, &[], dt), |view| Some(view.expression(tape, ready)))
            .map(|value| value.derivative)
            .filter(|d| d.is_finite())
    }

    /// Reads plain numbers.
    fn plainly<T>(&self, read: impl FnOnce(&View<'_, f64>) -> T) -> T {
        let work_out_rates = || {
            let mut rates = vec![Lane::ZERO; self.tables().directions()];
            self.tables().rates(&self.bound()?, &singles(&self.variables()), &mut rates);
            Some(plain(&rates))
        };
        read(&View {
            moment: self,
            variables: self.variables(),
            supplied: self.supplied.to_vec(),
            turnovers: self.turnovers.to_vec(),
            turnover_rates: self.turnover_rates.to_vec(),
            parameters: self.problem.parameters().to_vec(),
            temperature: self.conditions.temperature_at(self.time),
            potential: self.conditions.potential_at(self.time),
            time: self.time,
            rates: OnceCell::new(),
            work_out_rates: &work_out_rates,
        })
    }

    /// Reads numbers with their derivatives.
    fn dually<T>(
        &self,
        setting: Option<Setting>,
        (dz, dq, dr, dt): (&[f64], &[f64], &[f64], f64),
        read: impl FnOnce(&View<'_, Dual>) -> Option<T>,
    ) -> Option<T> {
        let at = self;
        let (network, problem) = (at.network(), at.problem);
        let conditions = at.conditions;
        let mut supplied: Vec<Dual> = at.supplied.iter().map(|y| Dual::constant(*y)).collect();
        if let Some(Setting::Initial(id)) = setting {
            for (species, share) in initial_direction(network, id) {
                supplied[species.0].derivative = share;
            }
        }
        let along = setting.map(|setting| {
            let applied = at.applied.unwrap_or_else(|| Applied::own(setting));
            applied.along(network, problem.parameters(), setting)
        });
        let change = |i: usize| along.as_ref().map_or(0.0, |a| a.parameters[i]);
        let parameters = problem.parameters().iter().enumerate().map(|(i, p)| Dual::new(*p, change(i))).collect();
        let work_out_rates = || {
            let (bound, z) = (at.bound()?, singles(&at.variables()));
            let along =
                along.clone().map(|along| network.bound_along(at.tables(), problem.parameters(), conditions, along));
            let mut rates = vec![Lane::ZERO; at.tables().directions()];
            at.tables().rates(&bound, &z, &mut rates);
            let values = plain(&rates);
            at.tables().tangent(&bound, along.as_ref(), &z, &singles(dz), &mut rates);
            Some(values.into_iter().zip(plain(&rates)).map(|(v, d)| Dual::new(v, d)).collect())
        };
        let of = |value, change: Option<f64>| Dual::new(value, change.unwrap_or(0.0));
        let view = View {
            moment: at,
            variables: at.variables().iter().zip(dz).map(|(v, d)| Dual::new(*v, *d)).collect(),
            supplied,
            turnovers: at.turnovers.iter().zip(dq).map(|(v, d)| Dual::new(*v, *d)).collect(),
            turnover_rates: at.turnover_rates.iter().zip(dr).map(|(v, d)| Dual::new(*v, *d)).collect(),
            parameters,
            temperature: of(conditions.temperature_at(at.time), along.as_ref().map(|a| a.temperature)),
            potential: of(conditions.potential_at(at.time), along.as_ref().map(|a| a.potential)),
            time: Dual::new(at.time, dt),
            rates: OnceCell::new(),
            work_out_rates: &work_out_rates,
        };
        read(&view)
    }

    fn bound(&self) -> Option<Bound<1>> {
        self.network().bound(self.tables(), self.problem.parameters(), self.conditions).ok()
    }
}

/// Forward and reverse rate together over their difference, above which the difference has lost too many digits.
const CANCELLED: f64 = 10.0;

/// Everything that an observable may read, as one kind of number.
struct View<'a, N> {
    moment: &'a Moment<'a>,
    /// Amounts and floating potentials.
    variables: Vec<N>,
    /// Amounts supplied: at the start, and dosed since.
    supplied: Vec<N>,
    turnovers: Vec<N>,
    turnover_rates: Vec<N>,
    parameters: Vec<N>,
    temperature: N,
    potential: N,
    time: N,
    rates: OnceCell<Option<Vec<N>>>,
    work_out_rates: &'a dyn Fn() -> Option<Vec<N>>,
}

impl Observable {
    /// Its value, SI; `None` where it is not defined.
    pub fn value(&self, at: &Moment<'_>) -> Option<f64> {
        at.plainly(|view| self.read(view))
    }

    /// The values of several, SI, each as [`Observable::value`] gives it, from one look at the state.
    pub fn values(of: &[Self], at: &Moment<'_>) -> Vec<Option<f64>> {
        at.plainly(|view| of.iter().map(|observable| observable.read(view)).collect())
    }

    /// Its derivative, SI, when the variables, the turnovers and their rates change by `dz`, `dq` and `dr` for one unit of
    /// a setting.
    pub fn derivative(&self, at: &Moment<'_>, setting: Setting, (dz, dq, dr): (&[f64], &[f64], &[f64])) -> Option<f64> {
        let value = at.dually(Some(setting), (dz, dq, dr, 0.0), |view| self.read(view))?;
        Some(value.derivative).filter(|d| d.is_finite())
    }

    /// One formula for the value and, on dual numbers, for its derivative.
    fn read<N: Real<Part = f64>>(&self, view: &View<'_, N>) -> Option<N> {
        let network = view.moment.network();
        let share = |s: &Share| view.made(s.product) * N::constant(s.factor) / (view.start(s.feed) * view.size(s.feed));
        let conversion = |feed: SpeciesId| (view.start(feed) - view.amount(feed)) / view.start(feed);
        let value = match self {
            Self::Amount(id) => view.amount(*id),
            Self::Conversion(feed) => conversion(*feed),
            Self::Yield(s) => share(s),
            Self::Selectivity(s) => share(s) / conversion(s.feed),
            Self::Charge => view.charge(),
            Self::Current => view.current(|s| !s.counter)?,
            Self::FaradaicEfficiency { product, electrons } => {
                // A reduction passes negative charge; its efficiency is positive all the same.
                let charge = view.charge();
                let size = if charge.value() < 0.0 { -charge } else { charge };
                N::constant(electrons * FARADAY) * view.made(*product) / size
            }
            Self::StepCurrent(step) => view.current(|s| s.step == *step)?,
            Self::ElectrodeCurrent(phase) => view.current(|s| network.steps()[s.step.0].phase == *phase)?,
            Self::Rate(step) => view.rate(*step)?,
            Self::TurnoverFrequency { product, site } => {
                let mut made = N::constant(0.0);
                for (i, step) in network.steps().iter().enumerate() {
                    if let Some((_, change)) = step.change.iter().find(|(id, _)| id == product) {
                        made = made + N::constant(*change) * view.rate(StepId(i))?;
                    }
                }
                made / N::constant(view.sites(site.0))
            }
            Self::Coverage { species, site } => {
                let held = network.species()[species.0].sites.iter().find(|(s, _)| s == site).map_or(0.0, |s| s.1);
                view.amount(*species) * view.size(*species) * N::constant(held / view.sites(site.0))
            }
            Self::ElectrodePotential(phase) => view.electrode(*phase),
            Self::CellVoltage => {
                let counter = network.floating_potentials().iter().find(|f| f.counter)?;
                let current = view.current(|s| !s.counter)?;
                let drop = counter.resistance.map_or(N::constant(0.0), |r| view.parameters[r.0] * current);
                view.potential - view.electrode(counter.phase) + drop
            }
            Self::Named(index, ready) => view.expression(&network.observables()[*index].tape, ready),
        };
        value.value().is_finite().then_some(value)
    }
}

impl<N: Real<Part = f64>> View<'_, N> {
    fn network(&self) -> &Network {
        self.moment.network()
    }

    /// An expression of variables and ready observables; not a number where one of those is not defined.
    fn expression(&self, tape: &Tape, ready: &[Observable]) -> N {
        let parts: Vec<Option<N>> = ready.iter().map(|o| o.read(self)).collect();
        tape.value(|variable| match variable {
            Variable::Amount(id) => self.amount(id),
            Variable::Parameter(id) => self.parameters[id.0],
            Variable::Temperature => self.temperature,
            Variable::Potential => self.potential,
            Variable::Time => self.time,
            Variable::Ready(i) => parts[i].unwrap_or(N::constant(f64::NAN)),
        })
    }

    fn amount(&self, id: SpeciesId) -> N {
        self.variables[id.0]
    }

    fn start(&self, id: SpeciesId) -> N {
        self.supplied[id.0]
    }

    /// Size of a species' phase, which turns its amount into mol.
    fn size(&self, id: SpeciesId) -> N {
        N::constant(self.network().size(self.network().species()[id.0].phase))
    }

    /// What was made of a species, beyond what was supplied, mol.
    fn made(&self, id: SpeciesId) -> N {
        (self.amount(id) - self.start(id)) * self.size(id)
    }

    /// Sites of a kind, mol.
    fn sites(&self, site: usize) -> f64 {
        let definition = self.network().definition();
        let site = &definition.sites[site];
        let phase = definition.phases.iter().find(|p| p.name == site.phase);
        site.density.si() * phase.map_or(f64::NAN, |p| p.kind.size())
    }

    fn charge(&self) -> N {
        let steps = self.moment.tables().electron_steps().iter().zip(&self.turnovers).filter(|(s, _)| !s.counter);
        steps.fold(N::constant(0.0), |sum, (step, turnover)| {
            sum + N::constant(self.network().steps()[step.step.0].electrons * FARADAY) * *turnover
        })
    }

    fn rates(&self) -> Option<&Vec<N>> {
        self.rates.get_or_init(|| (self.work_out_rates)()).as_ref()
    }

    /// Net rate of a step, mol/s.
    ///
    /// Where forward and reverse rate nearly cancel, their difference is the error of the state times a large constant;
    /// the rate of the integrated turnover is then the better number, where the run has it.
    fn rate(&self, step: StepId) -> Option<N> {
        let rates = self.rates()?;
        let (forward, reverse) = self.moment.tables().step_directions(step);
        let size = N::constant(self.network().size(self.network().steps()[step.0].phase));
        let Some(reverse) = reverse else { return Some(rates[forward] * size) };
        let net = rates[forward] - rates[reverse];
        let both = rates[forward].value().abs() + rates[reverse].value().abs();
        let place = self.moment.tables().electron_steps().iter().position(|s| s.step == step);
        let integrated = place.and_then(|i| self.turnover_rates.get(i)).filter(|rate| rate.value().is_finite());
        match integrated {
            Some(rate) if both > CANCELLED * net.value().abs() => Some(*rate),
            _ => Some(net * size),
        }
    }

    /// Current of some steps, A.
    fn current(&self, of: impl Fn(&ElectronStep) -> bool) -> Option<N> {
        let mut sum = N::constant(0.0);
        for step in self.moment.tables().electron_steps().iter().filter(|s| of(s)) {
            sum = sum + self.rate(step.step)? * N::constant(self.network().steps()[step.step.0].electrons * FARADAY);
        }
        Some(sum)
    }

    fn electrode(&self, phase: PhaseId) -> N {
        let floating = self.network().floating_potentials().iter().position(|f| f.phase == phase);
        floating.map_or(self.potential, |i| self.variables[self.network().species().len() + i])
    }
}
