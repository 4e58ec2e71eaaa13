namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Keeps what reports show of the sweeps: the objective, its parts, and k·min‖ΔP‖², which the convergence theorem bounds.</summary>
internal sealed class SweepRecord
{
    private readonly List<Objective> _objectives = [];
    private readonly List<double> _least = [];

    /// <summary>Sweeps in which the objective rose by more than rounding.</summary>
    public int Rises { get; private set; }

    /// <summary>The running minimum of ‖ΔP‖², sweep by sweep.</summary>
    public IReadOnlyList<double> LeastChange => _least;

    public void Start(Objective objective) => _objectives.Add(objective);

    public void Add(Objective objective, double change)
    {
        var before = _objectives[^1].Total;
        Rises += objective.Total > before + (1e-12 * Math.Abs(before)) ? 1 : 0;
        _objectives.Add(objective);
        _least.Add(_least.Count == 0 ? change : Math.Min(_least[^1], change));
    }

    /// <summary>The plots.</summary>
    public IReadOnlyList<Series> Series() =>
    [
        Line("objective", "F", objective => objective.Total),
        Line("objective", "½‖V_N − Y‖²", objective => objective.Loss),
        Line("objective", "γ/2·‖V − σ(U)‖²", objective => objective.Activation),
        Line("objective", "ρ/2·‖U − WV − b‖²", objective => objective.Linear),
        Line("objective", "τ/2·‖W − Ŵ‖²", objective => objective.Compression),
        new Series("convergence", "k·min‖ΔP‖²", "sweep", "the least change so far, k·min‖ΔP‖²,", PlotPoints.Thin([.. _least.Select((least, k) => new SeriesPoint(k + 1, (k + 1) * least))])),
    ];

    private Series Line(string plot, string name, Func<Objective, double> part) =>
        new(plot, name, "sweep", "objective", PlotPoints.Thin([.. _objectives.Select((objective, k) => new SeriesPoint(k, part(objective)))]));
}
