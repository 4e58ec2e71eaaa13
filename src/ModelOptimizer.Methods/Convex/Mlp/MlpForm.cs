using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Two-layer networks of gated neurons or of ReLUs, for blocks that end in vectors, such as the head.</summary>
/// <param name="context">Everything there is.</param>
/// <param name="options">The step's options.</param>
internal sealed class MlpForm(StepContext context, ConvexOptions options) : IStudentForm
{
    // Where no certificate is asked for.
    private const double UsualGap = 1e-4;

    // A head may have thousands of inputs: as many gates would be problems that nobody meant.
    private const int UsualWidth = 64;

    private const int PointsPerDecade = 5;

    // For a forecast; it depends on the data.
    private const double IterationsPerPoint = 200;

    public IReadOnlyList<string> Options { get; } = ["form", "penalty", "polish", "mixing", "iterations", "certificate"];

    public string Blocks => "blocks that end in vectors";

    private ILinearAlgebra Algebra => context.Engine.LinearAlgebra;

    // λ_max is no point of the path.
    private int Points => (int)Math.Ceiling(-Math.Log10(options.Penalty) * PointsPerDecade);

    public string? Obstacle(BlockTask task)
    {
        if (task.InputShape.Length < 2 || task.InputShape[0] != task.OutputShape[0])
        {
            return "what enters it has no row for each vector that leaves it";
        }

        var least = Cost(task).Weights;
        return least < task.Block.Weights ? null : FormattableString.Invariant($"one neuron has {least:#,0} weights, and the block {task.Block.Weights:#,0}");
    }

    public StudentCost Cost(BlockTask task) => Cost(task, neurons: 1, gates: 0);

    public StudentNeeds Needs(BlockTask task, int samples)
    {
        double n = samples, d = Inputs(task) + 1, p = Width(task), c = task.OutputShape[1];
        // Every gate may keep a neuron for every output. ReLUs are up to two for each of them.
        var neurons = p * c;
        var networks =
            (options.Relu ? ConeDecomposition.Bytes(n, Math.Min(n, d), neurons) : sizeof(double) * n * (neurons + p)) + (2 * sizeof(double) * d * neurons);
        var bytes = GatedRegression.Bytes(n, d, p, c) + (sizeof(double) * n * (d + c)) + networks;
        return new StudentNeeds((long)bytes, Points * IterationsPerPoint * GatedRegression.Flops(n, d, p, c));
    }

    public FittedStudent Fit(BlockTask task, IBatchSource activations)
    {
        var name = task.Block.Name;
        context.Progress.Report(new MethodProgress($"activations of {name}", 0, 0));
        var pairs = VectorPairs.Read(activations, context.Cancellation);
        var settings = new FistaSettings
        {
            MaxGap = options.MaxGap ?? UsualGap,
            Iterations = options.Iterations,
            Progress = new FistaProgress(context.Progress, name, Points + (options.Polish is null ? 0 : 1)),
            Cancellation = context.Cancellation,
        };
        var regression = new GatedRegression(Algebra, pairs.Inputs, pairs.Targets, Width(task), context.Seed);
        var squares = TensorPrimitives.SumOfSquares<double>(pairs.Targets.Values);
        var path = new PathRecord(regression.LambdaMax, pairs.Inputs.Rows, squares);
        foreach (var point in regression.Path(options.Penalty, Points, settings))
        {
            RequireGap(task, "duality gap", point.Result);
            path.Add(point);
        }

        var solution = path.Last!;
        ITwoLayerNetwork network = options.Relu ? regression.Relu(solution.Weights, context.Cancellation) : regression.Gated(solution.Weights);
        RequireNeurons(task, network, "penalty");
        List<FistaResult> results = [solution];
        if (options.Polish is { } share)
        {
            var polishing = new Polishing(Algebra, network.HiddenValues(Algebra, pairs.Inputs), pairs.Targets, options.Mixing);
            results.Add(polishing.Solve(share * polishing.LambdaMax, network.Output.Transpose(), settings));
            RequireGap(task, "duality gap of polishing", results[^1]);
            network = network.WithOutput(results[^1].Weights);
            RequireNeurons(task, network, "polish");
        }

        return new FittedStudent(Math.Sqrt(Elements.SquaredDistance(network.Predict(Algebra, pairs.Inputs), pairs.Targets) / squares), (write, input) =>
            network.Write(task.InputShape.Length == 2 ? input : write.Node("Flatten", "_flat", [input]), write)
        )
        {
            Cost = Cost(task, network.Output.Columns, network.GateCount),
            Note = Note(task, network, path.Iterations),
            Series = [.. results.SelectMany((result, index) => result.Series(index == 0 ? name : $"{name}, polishing")), .. path.Series(name)],
            Certificates = [.. results.Select((result, index) => Certify(name, result, polishing: index > 0))],
        };
    }

    private static int Inputs(BlockTask task) => checked((int)task.InputShape[1..].Product());

    private static int Width(BlockTask task) => task.Width ?? UsualWidth;

    private static StudentCost Cost(BlockTask task, long neurons, long gates)
    {
        var (inputs, outputs) = (Inputs(task), task.OutputShape[1]);
        var (learned, fixedOnes) = (neurons * (inputs + outputs), gates * inputs);
        return new StudentCost(Width(task), learned, fixedOnes, task.OutputShape[0] * (learned + fixedOnes));
    }

    private void RequireGap(BlockTask task, string certificate, FistaResult result)
    {
        // Not a number holds nothing.
        if (options.MaxGap is { } bound && !(result.End.RelativeGap <= bound))
        {
            throw new DiagnosticException(
                MethodCodes.CertificateFailed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the {certificate} of '{task.Block.Name}' is {result.End.RelativeGap:0.0e-0} of the objective after {result.End.Number:#,0} iterations, "
                        + $"and 'max-gap' allows {bound:0.0e-0}. Allow more, in 'iterations' or in 'max-gap', or raise 'penalty': the larger it is, the sooner "
                        + $"the gap closes."
                ),
                options.PositionOf("certificate")
            );
        }
    }

    private void RequireNeurons(BlockTask task, ITwoLayerNetwork network, string option)
    {
        if (network.Output.Columns == 0)
        {
            throw new DiagnosticException(
                MethodCodes.NothingToCompress,
                $"the student of '{task.Block.Name}' has no neurons at this '{option}'. Lower it.",
                options.PositionOf(option)
            );
        }
    }

    private string Note(BlockTask task, ITwoLayerNetwork network, int iterations)
    {
        var cost = Cost(task, network.Output.Columns, network.GateCount);
        return options.Relu
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"ReLU network, {network.Output.Columns} neurons; {cost.Weights:#,0} weights and no gates; {iterations} iterations"
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"gated network, {network.Output.Columns} neurons and {network.GateCount} gates; {cost.Weights:#,0} weights with the gates, "
                    + $"{cost.LearnedWeights:#,0} without; {iterations} iterations"
            );
    }

    private static Certificate Certify(string block, FistaResult result, bool polishing) =>
        polishing
            ? new Certificate(
                block,
                "duality gap of polishing",
                result.End.RelativeGap,
                "No output layer over these neurons has an objective that is lower by more than this share of it."
            )
            : new Certificate(
                block,
                "duality gap",
                result.End.RelativeGap,
                "No gated network with these gates, however many neurons it has, has an objective that is lower by more than this share of it; nothing is said "
                    + "about other gates and other samples."
            );
}

/// <summary>What enters a block and what leaves it, one sample a row.</summary>
/// <param name="Inputs">X, n×d.</param>
/// <param name="Targets">Y, n×c.</param>
internal sealed record VectorPairs(Matrix Inputs, Matrix Targets)
{
    /// <summary>Reads all samples; what enters is flattened.</summary>
    /// <exception cref="DiagnosticException">There are none, or they differ in shape (MOC3304).</exception>
    public static VectorPairs Read(IBatchSource activations, CancellationToken cancellation)
    {
        var samples = SampleStore.Read(activations, cancellation);
        var columns = samples.Buffers([BlockActivations.Input, BlockActivations.Target], samples.Count);
        samples.Fill(columns, [.. Enumerable.Range(0, samples.Count)]);
        return new VectorPairs(Rows(columns[BlockActivations.Input]), Rows(columns[BlockActivations.Target]));
    }

    private static Matrix Rows(HostTensor column)
    {
        var values = column.Doubles();
        var samples = checked((int)column.Shape[0]);
        return new Matrix(samples, values.Length / samples, values);
    }
}

/// <summary>What is remembered of a regularisation path: numbers of every point, weights of the last one.</summary>
/// <param name="largest">λ_max.</param>
/// <param name="samples">n.</param>
/// <param name="squares">‖Y‖².</param>
internal sealed class PathRecord(double largest, int samples, double squares)
{
    private readonly List<SeriesPoint> _neurons = [];
    private readonly List<SeriesPoint> _errors = [];

    /// <summary>The last point's minimum.</summary>
    public FistaResult? Last { get; private set; }

    /// <summary>Iterations of all points.</summary>
    public int Iterations { get; private set; }

    /// <summary>Notes the next point, of a smaller λ than those before.</summary>
    public void Add(PathPoint point)
    {
        var share = point.Lambda / largest;
        _neurons.Insert(0, new SeriesPoint(share, point.Result.Weights.NonZeroRows().Count));
        _errors.Insert(0, new SeriesPoint(share, Math.Sqrt(2 * samples * point.Loss / squares)));
        Last = point.Result;
        Iterations += point.Result.End.Number;
    }

    /// <summary>Neurons and errors over λ.</summary>
    /// <param name="name">What the lines are called.</param>
    public IReadOnlyList<Series> Series(string name) =>
    [
        new("neurons over λ", name, "λ as a share of the largest", "neurons", _neurons),
        new("error over λ", name, "λ as a share of the largest", "relative error", _errors),
    ];
}

/// <summary>
/// A new output layer B over fixed hidden neurons, which all outputs share: min (1/2n)‖HB − Y‖² + λ·Σ_j ω(α‖B_j‖ + (1 − α)/2·‖B_j‖²) with ω = √c. Neurons whose
/// row is zero can go.
/// </summary>
internal sealed class Polishing
{
    private readonly SquaredLoss _loss;
    private readonly double _mixing;
    private readonly double _scale;

    /// <summary>The problem of given neurons and targets.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="hidden">Hᵀ, M×n, M at least 1.</param>
    /// <param name="targets">Y, n×c.</param>
    /// <param name="mixing">α, above 0 and at most 1.</param>
    public Polishing(ILinearAlgebra algebra, Matrix hidden, Matrix targets, double mixing)
    {
        _loss = new SquaredLoss(new HiddenFeatures(algebra, hidden, targets.Columns), targets.Transpose());
        (_mixing, _scale) = (mixing, Math.Sqrt(targets.Columns));
        LambdaMax = _loss.LargestSlopeAtZero() / (_scale * mixing);
    }

    /// <summary>From this λ on, B = 0.</summary>
    public double LambdaMax { get; }

    /// <summary>The best B, M×c, from <paramref name="start"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FistaResult Solve(double lambda, Matrix start, FistaSettings settings) =>
        new RestartedFista(_loss, new GroupPenalty(lambda * _scale * _mixing, lambda * _scale * (1 - _mixing)), settings).Solve(start);
}

/// <summary>B ↦ (HB)ᵀ for the output layer B, M×c, one neuron a row.</summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="hidden">Hᵀ, M×n.</param>
/// <param name="outputs">c.</param>
internal sealed class HiddenFeatures(ILinearAlgebra algebra, Matrix hidden, int outputs) : ILinearMap
{
    public int Groups => hidden.Rows;

    public int Width => outputs;

    public void Apply(Matrix weights, Matrix prediction) => algebra.Multiply(weights, hidden, transposeA: true, into: prediction);

    public void Adjoint(Matrix residual, Matrix weights) => algebra.Multiply(hidden, residual, transposeB: true, into: weights);
}
