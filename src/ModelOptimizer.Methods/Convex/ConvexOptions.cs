using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex;

/// <summary>A step's options, checked.</summary>
internal sealed record ConvexOptions
{
    private static readonly string[] OfAls = ["sweeps", "tolerance"];
    private static readonly string[] OfGradient = ["epochs", "batch", "learning-rate"];

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

    public static IReadOnlyList<MethodOption> Declarations { get; } =
    [
        new("block", OptionKind.Block, "The block to replace: a name that 'modelopt blocks' lists, or the tensors that enter and leave it.") { ExclusiveGroup = "blocks" },
        new("blocks", OptionKind.Choice, "Which of the listed blocks are replaced: the last stage, or all that make up nine tenths of what can be saved.", "last") { Choices = ["last", "auto"], ExclusiveGroup = "blocks" },
        new("width", OptionKind.Integer, "m, the number of gates; absent, the input channels of each block. Of vectors 64, of which the first is always open, a linear part, and those without neurons go.") { Minimum = 1, Maximum = 65_536 },
        new("kernel", OptionKind.Integer, "The extent of the windows of gates and filters; stride and padding follow from the block's shapes.", "3") { Minimum = 1, Maximum = 255 },
        new("gates", OptionKind.Choice, "The fixed gates: gaussian, normal numbers by the seed; teacher, the first filters of the block's first convolution.", "gaussian") { Choices = ["gaussian", "teacher"] },
        new("solver", OptionKind.Choice, "als, alternating least squares, which never raises the error; gradient, Adam as published.", "als") { Choices = ["als", "gradient"] },
        new("inputs", OptionKind.Choice, "What a student sees: the original's activations, as published; or those of the model with the blocks before already replaced.", "teacher") { Choices = ["teacher", "sequential"] },
        new("sweeps", OptionKind.Integer, "The most sweeps of als.", "50") { Minimum = 1, Maximum = 1_000_000 },
        new("tolerance", OptionKind.Number, "Ends als when the gradient is below this share of that of empty filters.", "1e-4") { Minimum = 0, Maximum = 1 },
        new("epochs", OptionKind.Integer, "How often gradient sees every calibration sample.", "100") { Minimum = 1, Maximum = 1_000_000 },
        new("batch", OptionKind.Integer, "Samples of a step of gradient.", "128") { Minimum = 1, Maximum = 1_000_000 },
        new("learning-rate", OptionKind.Number, "The highest learning rate of gradient; it falls to zero along a cosine.", "1e-3") { Minimum = 0, Maximum = 1e6 },
        new("form", OptionKind.Choice, "Of a block that ends in vectors, such as the head: gated, a network of gated neurons; relu, a plain ReLU network that gives the same on the calibration samples, without gates but with up to twice the neurons.", "gated") { Choices = ["gated", "relu"] },
        new("penalty", OptionKind.Number, "Of such a block: λ as a share of the least that leaves no neuron. The smaller, the more neurons.", "1%") { Minimum = 1e-6, Maximum = 0.99 },
        new("polish", OptionKind.Number, "Of such a block: refits the output layer so that all outputs share the neurons, and removes neurons; its λ as a share of the least that leaves none. Absent, every output keeps its own neurons.") { Minimum = 1e-6, Maximum = 0.99 },
        new("mixing", OptionKind.Number, "α of polish: 1 is the group lasso, less adds a ridge.", "1") { Minimum = 0.01, Maximum = 1 },
        new("iterations", OptionKind.Integer, "The most iterations of the solver for one λ.", "10000") { Minimum = 1, Maximum = 1_000_000_000 },
        new("certificate", OptionKind.Certificate, "Of such a block: the most that the duality gap may be, as a share of the objective. The solver stops there, at 1e-4 where it is not written, and a gap above it is an error."),
    ];

    /// <exception cref="DiagnosticException">An option belongs to the other solver, or to polishing that is not asked for.</exception>
    public static ConvexOptions From(MethodArguments arguments)
    {
        var gradient = arguments.Is("solver", "gradient");
        if ((gradient ? OfAls : OfGradient).FirstOrDefault(arguments.IsWritten) is { } useless)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, $"'{useless}' belongs to 'solver: {(gradient ? "als" : "gradient")}', and the step has the other one. Remove it.", arguments.PositionOf(useless));
        }

        if (!arguments.Values.ContainsKey("polish") && arguments.IsWritten("mixing"))
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, "'mixing' belongs to 'polish', and the step has none. Remove it, or add 'polish: 1%'.", arguments.PositionOf("mixing"));
        }

        return new ConvexOptions
        {
            Block = arguments.TryGet<BlockReference>("block", out var block) ? block : null,
            Auto = arguments.Is("blocks", "auto"),
            Width = arguments.Values.ContainsKey("width") ? arguments.Get<int>("width") : null,
            Kernel = arguments.Get("kernel", 3),
            Gates = arguments.Is("gates", "teacher") ? GateKind.Teacher : GateKind.Gaussian,
            Solver = gradient ? SolverKind.Gradient : SolverKind.Als,
            Inputs = arguments.Is("inputs", "sequential") ? InputKind.Sequential : InputKind.Teacher,
            Sweeps = arguments.Get("sweeps", 50),
            Tolerance = arguments.Get("tolerance", 1e-4),
            Epochs = arguments.Get("epochs", 100),
            Batch = arguments.Get("batch", 128),
            LearningRate = arguments.Get("learning-rate", 1e-3),
            Relu = arguments.Is("form", "relu"),
            Penalty = arguments.Get("penalty", 0.01),
            Polish = arguments.TryGet<double>("polish", out var polish) ? polish : null,
            Mixing = arguments.Get("mixing", 1.0),
            Iterations = arguments.Get("iterations", 10_000),
            MaxGap = arguments.TryGet<CertificateBound>("certificate", out var bound) ? bound.MaxGap : null,
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
            IsWritten = arguments.IsWritten,
        };
    }
}
