namespace ModelOptimizer.Methods.Convex;

/// <summary>A step's options, checked.</summary>
internal sealed record ConvexOptions
{
    /// <summary>The block that is named; null where the model's own are taken.</summary>
    public BlockReference? Block { get; init; }

    /// <summary>Whether all blocks that pay are taken, not only the last one. Without meaning beside <see cref="Block"/>.</summary>
    public bool Auto { get; init; }

    /// <summary>m, the number of gates; null leaves it to the form.</summary>
    public int? Width { get; init; }

    /// <summary>Extent of the gates' and filters' windows.</summary>
    public int Kernel { get; init; }

    public GateKind Gates { get; init; }

    public SolverKind Solver { get; init; }

    public InputKind Inputs { get; init; }

    /// <summary>The most sweeps of alternating least squares.</summary>
    public int Sweeps { get; init; }

    /// <summary>Ends the sweeps when the gradient has fallen below this share of that at empty filters.</summary>
    public double Tolerance { get; init; }

    /// <summary>Times that gradient descent sees every sample.</summary>
    public int Epochs { get; init; }

    /// <summary>Samples of one of its steps.</summary>
    public int Batch { get; init; }

    /// <summary>Its highest learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>Whether a student of vectors is a plain ReLU network, without gates.</summary>
    public bool Relu { get; init; }

    /// <summary>λ of its group penalty as a share of the least λ that leaves no neuron.</summary>
    public double Penalty { get; init; }

    /// <summary>The same of the penalty on its output layer, which all outputs then share; null leaves the output layer alone.</summary>
    public double? Polish { get; init; }

    /// <summary>α of the penalty on its output layer.</summary>
    public double Mixing { get; init; }

    /// <summary>The most iterations for one λ.</summary>
    public int Iterations { get; init; }

    /// <summary>What the duality gap must not exceed; null only reports it.</summary>
    public double? MaxGap { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where an option is written.</summary>
    public required Func<string, SourcePosition?> PositionOf { get; init; }

    /// <summary>Whether an option stands in the manifest.</summary>
    public required Func<string, bool> IsWritten { get; init; }

    public static ConvexOptions From(MethodArguments arguments) => new()
    {
        Block = arguments.Get(ConvexKeys.Block),
        Auto = arguments.Get(ConvexKeys.Auto),
        Width = arguments.Get(ConvexKeys.Width),
        Kernel = arguments.Get(ConvexKeys.Kernel),
        Gates = arguments.Get(ConvexKeys.Gates),
        Solver = arguments.Get(ConvexKeys.Solver),
        Inputs = arguments.Get(ConvexKeys.Inputs),
        Sweeps = arguments.Get(ConvexKeys.Sweeps),
        Tolerance = arguments.Get(ConvexKeys.Tolerance),
        Epochs = arguments.Get(ConvexKeys.Epochs),
        Batch = arguments.Get(ConvexKeys.Batch),
        LearningRate = arguments.Get(ConvexKeys.LearningRate),
        Relu = arguments.Get(ConvexKeys.Relu),
        Penalty = arguments.Get(ConvexKeys.Penalty),
        Polish = arguments.Get(ConvexKeys.Polish),
        Mixing = arguments.Get(ConvexKeys.Mixing),
        Iterations = arguments.Get(ConvexKeys.Iterations),
        MaxGap = arguments.Get(ConvexKeys.MaxGap),
        Position = arguments.Position,
        PositionOf = arguments.PositionOf,
        IsWritten = arguments.IsWritten,
    };
}

/// <summary>The keys of a step.</summary>
internal static class ConvexKeys
{
    private const double Small = 1e-6;
    private const double AlmostAll = 0.99;
    private const int Million = 1_000_000;

    public static KeySet All { get; } = new();

    public static readonly Option<BlockReference?> Block = All.Add<BlockReference?>(new(
        "block",
        BlockReference.Form,
        "The block to replace: a name that 'modelopt blocks' lists, or the tensors that enter and leave it.")
    {
        ExclusiveGroup = "blocks",
    });

    public static readonly Option<bool> Auto = All.Add<bool>(new(
        "blocks",
        Forms.OneOf(("last", false), ("auto", true)),
        "Which of the listed blocks are replaced: the last stage, or all that make up nine tenths of what can be saved.",
        "last")
    {
        ExclusiveGroup = "blocks",
    });

    public static readonly Option<int?> Width = All.Add<int?>(new(
        "width",
        Forms.Whole(1, 65_536).OrNone(),
        "m, the number of gates; absent, the input channels of each block. Of vectors 64, of which the first is always open, a linear part, and those "
        + "without neurons go."));

    public static readonly Option<int> Kernel = All.Add<int>(new(
        "kernel",
        Forms.Whole(1, 255),
        "The extent of the windows of gates and filters; stride and padding follow from the block's shapes.",
        "3"));

    public static readonly Option<GateKind> Gates = All.Add<GateKind>(new(
        "gates",
        Forms.OneOf<GateKind>(),
        "The fixed gates: gaussian, normal numbers by the seed; teacher, the first filters of the block's first convolution.",
        "gaussian"));

    public static readonly Option<SolverKind> Solver = All.Add<SolverKind>(new(
        "solver",
        Forms.OneOf<SolverKind>(),
        "als, alternating least squares, which never raises the error; gradient, Adam as published.",
        "als"));

    public static readonly Option<InputKind> Inputs = All.Add<InputKind>(new(
        "inputs",
        Forms.OneOf<InputKind>(),
        "What a student sees: the original's activations, as published; or those of the model with the blocks before already replaced.",
        "teacher"));

    public static readonly Option<int> Sweeps = All.Add<int>(new(
        "sweeps",
        Forms.Whole(1, Million),
        "The most sweeps of als.",
        "50")
    {
        OnlyIf = [Solved(SolverKind.Als)],
    });

    public static readonly Option<double> Tolerance = All.Add<double>(new(
        "tolerance",
        Forms.Number(0, 1),
        "Ends als when the gradient is below this share of that of empty filters.",
        "1e-4")
    {
        OnlyIf = [Solved(SolverKind.Als)],
    });

    public static readonly Option<int> Epochs = All.Add<int>(new(
        "epochs",
        Forms.Whole(1, Million),
        "How often gradient sees every calibration sample.",
        "100")
    {
        OnlyIf = [Solved(SolverKind.Gradient)],
    });

    public static readonly Option<int> Batch = All.Add<int>(new(
        "batch",
        Forms.Whole(1, Million),
        "Samples of a step of gradient.",
        "128")
    {
        OnlyIf = [Solved(SolverKind.Gradient)],
    });

    public static readonly Option<double> LearningRate = All.Add<double>(new(
        "learning-rate",
        Forms.Number(0, 1e6),
        "The highest learning rate of gradient; it falls to zero along a cosine.",
        "1e-3")
    {
        OnlyIf = [Solved(SolverKind.Gradient)],
    });

    public static readonly Option<bool> Relu = All.Add<bool>(new(
        "form",
        Forms.OneOf(("gated", false), ("relu", true)),
        "Of a block that ends in vectors, such as the head: gated, a network of gated neurons; relu, a plain ReLU network that gives the same on the "
        + "calibration samples, without gates but with up to twice the neurons.",
        "gated"));

    public static readonly Option<double> Penalty = All.Add<double>(new(
        "penalty",
        Forms.Number(Small, AlmostAll),
        "Of such a block: λ as a share of the least that leaves no neuron. The smaller, the more neurons.",
        "1%"));

    public static readonly Option<double?> Polish = All.Add<double?>(new(
        "polish",
        Forms.Number(Small, AlmostAll).OrNone(),
        "Of such a block: refits the output layer so that all outputs share the neurons, and removes neurons; its λ as a share of the least that leaves "
        + "none. Absent, every output keeps its own neurons."));

    public static readonly Option<double> Mixing = All.Add<double>(new(
        "mixing",
        Forms.Number(0.01, 1),
        "α of polish: 1 is the group lasso, less adds a ridge.",
        "1")
    {
        OnlyIf = [Polish.When(polish => polish is not null, "belongs to 'polish', and the step has none. Remove it, or add 'polish: 1%'.")],
    });

    public static readonly Option<int> Iterations = All.Add<int>(new(
        "iterations",
        Forms.Whole(1, 1_000_000_000),
        "The most iterations of the solver for one λ.",
        "10000"));

    /// <summary>The keys of a certificate.</summary>
    public static KeySet Certificate { get; } = new();

    // A gap below 1e-12 is rounding of the objective.
    private static readonly Option<double> Gap = Certificate.Add<double>(new(
        "max-gap",
        Forms.Number(1e-12, 1),
        "The largest duality gap, as a share of the objective.")
    {
        IsRequired = true,
        Example = "1e-4",
    });

    public static readonly Option<double?> MaxGap = All.Add<double?>(new(
        "certificate",
        CertificateForm,
        "Of such a block: the most that the duality gap may be, as a share of the objective. The solver stops there, at 1e-4 where it is not written, and a "
        + "gap above it is an error."));

    /// <summary><c>{ max-gap: 1e-4 }</c>.</summary>
    public static Form<double?> CertificateForm => new(
        "{ max-gap: 1e-4 }",
        () => SectionSchema.Of(Certificate),
        (node, what, paths) => node is MapNode
            ? new Section(node, $"'{what}'", Certificate, paths).Read(Gap)
            : throw NodeValues.WrongType(node, what, "a mapping such as { max-gap: 1e-4 }"))
    {
        Kind = "certificate",
        Write = (gap, _) => Json.Sorted([new("max-gap", gap)]),
    };

    private static Condition Solved(SolverKind solver)
    {
        var word = solver == SolverKind.Als ? "als" : "gradient";
        return Solver.When(chosen => chosen == solver, $"belongs to 'solver: {word}', and the step has the other one. Remove it.");
    }
}

/// <summary>Where the gates come from.</summary>
internal enum GateKind
{
    /// <summary>Independent normal numbers.</summary>
    Gaussian,

    /// <summary>The first layer of the block.</summary>
    Teacher,
}

/// <summary>How a student's weights are found.</summary>
internal enum SolverKind
{
    /// <summary>Alternating least squares.</summary>
    Als,

    /// <summary>Adam, as published.</summary>
    Gradient,
}

/// <summary>What a student sees while it is fitted.</summary>
internal enum InputKind
{
    /// <summary>The original's activations, as published: every block by itself.</summary>
    Teacher,

    /// <summary>The activations of the model so far, with the blocks before already replaced.</summary>
    Sequential,
}
