//! How what is applied to a cell changes with a setting.

use ratelaw_network::Network;
use ratelaw_network::protocol::Swept;
use ratelaw_network::rate::Along;

use crate::setting::Setting;

/// How the applied potential and temperature change, at a fixed time, with one unit of a setting. They follow the problem's own
/// until a protocol sets them, and on a ramp they change also with the time at which it begins.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Applied {
    /// Change of the potential, V.
    pub potential: f64,
    /// Change of the temperature, K.
    pub temperature: f64,
}

impl Applied {
    /// What a setting changes while no protocol does.
    pub(crate) fn own(setting: Setting) -> Self {
        let is = |of| f64::from(u8::from(setting == of));
        Self { potential: is(Setting::Potential), temperature: is(Setting::Temperature) }
    }

    /// The change of one of them.
    pub(crate) fn of(&mut self, what: Swept) -> &mut f64 {
        match what {
            Swept::Potential => &mut self.potential,
            Swept::Temperature => &mut self.temperature,
        }
    }

    /// How the numbers of a network change with a setting, when the conditions change like this.
    pub(crate) fn along(self, network: &Network, values: &[f64], setting: Setting) -> Along {
        let Self { potential, temperature } = self;
        match setting.direction() {
            Some(direction) => Along { potential, temperature, ..network.along(values, direction) },
            None => Along { parameters: vec![0.0; values.len()], temperature, potential, step: None },
        }
    }
}
