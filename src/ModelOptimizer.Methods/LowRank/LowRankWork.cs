namespace ModelOptimizer.Methods.LowRank;

/// <summary>One run's context, options and selected layers.</summary>
internal sealed class LowRankWork
{
    private readonly ConstantLookup _constants;
    private readonly Dictionary<string, ILayerSolver>? _kept;

    /// <param name="context">The run's context.</param>
    /// <param name="options">The step's options.</param>
    /// <param name="factorization">The method's.</param>
    /// <param name="keptBytes">Solvers hold copies of Σ: those of models below this are kept, those of larger ones are made anew for each use.</param>
    /// <exception cref="DiagnosticException">A layer rule matches nothing, or there is no data for the norm.</exception>
    public LowRankWork(StepContext context, LowRankOptions options, IFactorization factorization, double keptBytes = 1e9)
    {
        Context = context;
        Options = options;
        Factorization = factorization;
        _constants = new ConstantLookup(context.Model.Graph);
        All = LayerFinder.Find(context.Model);
        Layers = [.. LayerSelector.Select(All, options.Layers).Select(layer => FactorLayer.From(layer, context.Shapes, factorization))];
        Candidates = [.. Layers.Where(layer => layer.Reason is null)];
        Costs = new CostModel(context, options);
        _kept = Candidates.Sum(MemoryOf) < keptBytes ? new(StringComparer.Ordinal) : null;
        if (NeedsData && context.Calibration is null && Candidates.Count > 0)
        {
            throw new DiagnosticException(MethodCodes.NoCalibration, "'norm: covariance' measures the layers' inputs and the model has no calibration data. Add 'calibrate: { dataset: … }' or 'calibrate: { random: 64 }' to the model, or write 'norm: frobenius'.", options.Position);
        }
    }

    public StepContext Context { get; }

    public LowRankOptions Options { get; }

    public IFactorization Factorization { get; }

    /// <summary>Every layer of the model.</summary>
    public IReadOnlyList<WeightLayer> All { get; }

    /// <summary>The selected layers.</summary>
    public IReadOnlyList<FactorLayer> Layers { get; }

    /// <summary>The selected layers that nothing stands against.</summary>
    public IReadOnlyList<FactorLayer> Candidates { get; private set; }

    public CostModel Costs { get; }

    /// <summary>Whether the solvers of all layers fit into memory together.</summary>
    public bool KeepsSolvers => _kept is not null;

    public bool NeedsData => Options.Norm == FactorNorm.Covariance;

    /// <summary>Collects the moments, and sorts out the layers whose numbers cannot be used.</summary>
    /// <returns>The layers that fell out, with the reasons.</returns>
    public IReadOnlyList<FactorLayer> Measure()
    {
        if (NeedsData)
        {
            Context.Progress.Report(new MethodProgress("second moments", 0, 1));
            Context.Statistics.Require([.. Candidates.Select(layer => layer.Moment).Distinct()], Context.Cancellation);
        }

        var judged = Candidates.Select(layer => layer with { Reason = NumericObstacle.Find(layer, Options, _constants, NeedsData ? Context.Statistics[layer.Moment] : null) }).ToList();
        Candidates = [.. judged.Where(layer => layer.Reason is null)];
        return [.. judged.Where(layer => layer.Reason is not null)];
    }

    public ILayerSolver SolverOf(FactorLayer layer)
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        if (_kept is null)
        {
            return Solver(layer);
        }

        if (!_kept.TryGetValue(layer.Name, out var solver))
        {
            solver = Solver(layer);
            _kept.Add(layer.Name, solver);
        }

        return solver;
    }

    private ILayerSolver Solver(FactorLayer layer)
    {
        var numbers = new LayerNumbers(Context, Options, layer, _constants);
        return layer.Form is MatrixForm ? new MatrixSolver(numbers) : Factorization.Solver(numbers);
    }

    /// <summary>Bytes that a layer's solver holds.</summary>
    public static double MemoryOf(FactorLayer layer)
    {
        double size = layer.Shape.Inputs * layer.Shape.Taps;
        return 8 * layer.Shape.Groups * ((size * size) + (3 * size * layer.Shape.Outputs));
    }
}
