using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;

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

    /// <summary>m, the number of gates; null takes a block's input channels.</summary>
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

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where an option is written.</summary>
    public required Func<string, SourcePosition?> PositionOf { get; init; }

    public static IReadOnlyList<MethodOption> Declarations { get; } =
    [
        new("block", OptionKind.Block, "The block to replace: a name that 'modelopt blocks' lists, or the tensors that enter and leave it.") { ExclusiveGroup = "blocks" },
        new("blocks", OptionKind.Choice, "Which of the listed blocks are replaced: the last stage, or all that make up nine tenths of what can be saved.", "last") { Choices = ["last", "auto"], ExclusiveGroup = "blocks" },
        new("width", OptionKind.Integer, "m, the number of gates; absent, the input channels of each block.") { Minimum = 1, Maximum = 65_536 },
        new("kernel", OptionKind.Integer, "The extent of the windows of gates and filters; stride and padding follow from the block's shapes.", "3") { Minimum = 1, Maximum = 255 },
        new("gates", OptionKind.Choice, "The fixed gates: gaussian, normal numbers by the seed; teacher, the first filters of the block's first convolution.", "gaussian") { Choices = ["gaussian", "teacher"] },
        new("solver", OptionKind.Choice, "als, alternating least squares, which never raises the error; gradient, Adam as published.", "als") { Choices = ["als", "gradient"] },
        new("inputs", OptionKind.Choice, "What a student sees: the original's activations, as published; or those of the model with the blocks before already replaced.", "teacher") { Choices = ["teacher", "sequential"] },
        new("sweeps", OptionKind.Integer, "The most sweeps of als.", "50") { Minimum = 1, Maximum = 1_000_000 },
        new("tolerance", OptionKind.Number, "Ends als when the gradient is below this share of that of empty filters.", "1e-4") { Minimum = 0, Maximum = 1 },
        new("epochs", OptionKind.Integer, "How often gradient sees every calibration sample.", "100") { Minimum = 1, Maximum = 1_000_000 },
        new("batch", OptionKind.Integer, "Samples of a step of gradient.", "128") { Minimum = 1, Maximum = 1_000_000 },
        new("learning-rate", OptionKind.Number, "The highest learning rate of gradient; it falls to zero along a cosine.", "1e-3") { Minimum = 0, Maximum = 1e6 },
    ];

    /// <exception cref="DiagnosticException">An option belongs to the other solver.</exception>
    public static ConvexOptions From(MethodArguments arguments)
    {
        var gradient = arguments.Is("solver", "gradient");
        if ((gradient ? OfAls : OfGradient).FirstOrDefault(option => arguments.PositionOf(option) != arguments.Position) is { } useless)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, $"'{useless}' belongs to 'solver: {(gradient ? "als" : "gradient")}', and the step has the other one. Remove it.", arguments.PositionOf(useless));
        }

        int Whole(string option, int absent) => arguments.Values.ContainsKey(option) ? arguments.Get<int>(option) : absent;
        double Number(string option, double absent) => arguments.TryGet<double>(option, out var value) ? value : absent;
        return new ConvexOptions
        {
            Block = arguments.TryGet<BlockReference>("block", out var block) ? block : null,
            Auto = arguments.Is("blocks", "auto"),
            Width = arguments.Values.ContainsKey("width") ? arguments.Get<int>("width") : null,
            Kernel = Whole("kernel", 3),
            Gates = arguments.Is("gates", "teacher") ? GateKind.Teacher : GateKind.Gaussian,
            Solver = gradient ? SolverKind.Gradient : SolverKind.Als,
            Inputs = arguments.Is("inputs", "sequential") ? InputKind.Sequential : InputKind.Teacher,
            Sweeps = Whole("sweeps", 50),
            Tolerance = Number("tolerance", 1e-4),
            Epochs = Whole("epochs", 100),
            Batch = Whole("batch", 128),
            LearningRate = Number("learning-rate", 1e-3),
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
        };
    }
}
