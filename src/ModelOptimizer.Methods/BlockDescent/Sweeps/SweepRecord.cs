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
            new Series(
                "convergence",
                "k·min‖ΔP‖²",
                "sweep",
                "the least change so far, k·min‖ΔP‖²,",
                PlotPoints.Thin([.. _least.Select((least, k) => new SeriesPoint(k + 1, (k + 1) * least))])
            ),
        ];

    private Series Line(string plot, string name, Func<Objective, double> part) =>
        new(plot, name, "sweep", "objective", PlotPoints.Thin([.. _objectives.Select((objective, k) => new SeriesPoint(k, part(objective)))]));
}

/// <summary>F = ½‖V_N − Y‖² + Σ γ/2·‖V − σ(U)‖² + Σ ρ/2·‖U − WV − b‖² + Σ τ/2·‖W − Ŵ‖², term by term.</summary>
/// <param name="Loss">½‖V_N − Y‖².</param>
/// <param name="Activation">The γ-terms.</param>
/// <param name="Linear">The ρ-terms.</param>
/// <param name="Compression">The τ-terms.</param>
internal sealed record Objective(double Loss, double Activation, double Linear, double Compression)
{
    /// <summary>F.</summary>
    public double Total => Loss + Activation + Linear + Compression;
}

/// <summary>The weights of the penalty function F.</summary>
/// <param name="Activation">γ, of ‖V − σ(U)‖².</param>
/// <param name="Linear">ρ, of ‖U − WV − b‖².</param>
/// <param name="Compression">τ, of ‖W − Ŵ‖².</param>
/// <param name="Proximal">α, of the change of V_N, U, W and b in one step.</param>
internal sealed record Penalties(double Activation, double Linear, double Compression, double Proximal);

/// <summary>What a sweep does beyond the formulas.</summary>
/// <param name="Biases">Whether biases are trained; the published code keeps them as they are (zero).</param>
/// <param name="Safeguard">Whether a Ŵ that is farther from W than the one before is refused; the published code has no such rule.</param>
/// <param name="Cancellation">Ends the sweep between layers.</param>
internal sealed record SweepOptions(bool Biases, bool Safeguard, CancellationToken Cancellation = default);
