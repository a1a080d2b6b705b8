TITLE Soma of an inferior olive cell: low-threshold calcium, sodium, two potassium currents, leak

COMMENT
Equations: De Gruijl et al. 2012, doi:10.1371/journal.pcbi.1002814, as in arXiv:2412.07327. Every gate starts at its
steady state. Sodium activates at once: its gate m has no time constant.
ENDCOMMENT

NEURON {
    SUFFIX olive_soma
    NONSPECIFIC_CURRENT i
    RANGE g_CaL, g_Na_s, g_Kdr_s, g_K_s, g_ls
    RANGE V_Ca, V_Na, V_K, V_l
    RANGE i_CaL, i_Na, i_Kdr, i_K, i_l
    THREADSAFE
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    g_CaL = 1.5e-3 (S/cm2)
    g_Na_s = 3e-3 (S/cm2)
    g_Kdr_s = 3e-3 (S/cm2)
    g_K_s = 1.5e-3 (S/cm2)
    g_ls = 1.3e-6 (S/cm2)
    V_Ca = 120 (mV)
    V_Na = 55 (mV)
    V_K = -75 (mV)
    V_l = 10 (mV)
    tau_k = 1 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    i_CaL (mA/cm2)
    i_Na (mA/cm2)
    i_Kdr (mA/cm2)
    i_K (mA/cm2)
    i_l (mA/cm2)
    k_inf
    l_inf
    tau_l (ms)
    h_inf
    tau_h (ms)
    n_inf
    tau_n (ms)
    x_inf
    tau_x (ms)
}

STATE { k l h n x }

INITIAL {
    rates(v)
    k = k_inf
    l = l_inf
    h = h_inf
    n = n_inf
    x = x_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i_CaL = g_CaL*k^3*l*(v - V_Ca)
    i_Na = g_Na_s*m_inf(v)^3*h*(v - V_Na)
    i_Kdr = g_Kdr_s*n^4*(v - V_K)
    i_K = g_K_s*x^4*(v - V_K)
    i_l = g_ls*(v - V_l)
    i = i_CaL + i_Na + i_Kdr + i_K + i_l
}

DERIVATIVE states {
    rates(v)
    k' = (k_inf - k)/tau_k
    l' = (l_inf - l)/tau_l
    h' = (h_inf - h)/tau_h
    n' = (n_inf - n)/tau_n
    x' = (x_inf - x)/tau_x
}

UNITSOFF

FUNCTION m_inf(v (mV)) {
    m_inf = 1/(1 + exp(-(v + 30)/5.5))
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    k_inf = 1/(1 + exp(-(v + 61)/4.2))
    l_inf = 1/(1 + exp((v + 85)/8.5))
    tau_l = 20*exp((v + 160)/30)/(1 + exp((v + 84)/7.3)) + 35
    h_inf = 1/(1 + exp((v + 70)/5.8))
    tau_h = 3*exp(-(v + 40)/33)
    n_inf = 1/(1 + exp(-(v + 3)/10))
    tau_n = 5 + 47*exp((v + 50)/900)
    a = 0.13*vtrap(-(v + 25), 10)
    b = 1.69*exp(-(v + 35)/80)
    x_inf = a/(a + b)
    tau_x = 1/(a + b)
}

: x/(exp(x/y) - 1), with its limit where x vanishes
FUNCTION vtrap(x (mV), y (mV)) (mV) {
    if (fabs(x/y) < 1e-6) {
        vtrap = y*(1 - x/y/2)
    } else {
        vtrap = x/(exp(x/y) - 1)
    }
}

UNITSON
