using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Methods.Convex.Mlp.Proximal;
using ModelOptimizer.Methods.Convex.Students;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Methods.Convex.Mlp;

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
        var networks = (options.Relu ? ConeDecomposition.Bytes(n, Math.Min(n, d), neurons) : sizeof(double) * n * (neurons + p)) + (2 * sizeof(double) * d * neurons);
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

        return new FittedStudent(Math.Sqrt(Elements.SquaredDistance(network.Predict(Algebra, pairs.Inputs), pairs.Targets) / squares), names => Emit(task, network, names))
        {
            Cost = Cost(task, network.Output.Columns, network.GateCount),
            Note = Note(task, network, path.Iterations),
            Series = [.. results.SelectMany((result, index) => result.Series(index == 0 ? name : $"{name}, polishing")), .. path.Series(name)],
            Certificates = [.. results.Select((result, index) => Certify(name, result, polishing: index > 0))],
        };
    }

    private static int Inputs(BlockTask task) => checked((int)task.InputShape[1..].Aggregate(1L, (product, extent) => product * extent));

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
                string.Create(CultureInfo.InvariantCulture, $"the {certificate} of '{task.Block.Name}' is {result.End.RelativeGap:0.0e-0} of the objective after {result.End.Number:#,0} iterations, and 'max-gap' allows {bound:0.0e-0}. Allow more, in 'iterations' or in 'max-gap', or raise 'penalty': the larger it is, the sooner the gap closes."),
                options.PositionOf("certificate"));
        }
    }

    private void RequireNeurons(BlockTask task, ITwoLayerNetwork network, string option)
    {
        if (network.Output.Columns == 0)
        {
            throw new DiagnosticException(MethodCodes.NothingToCompress, $"the student of '{task.Block.Name}' has no neurons at this '{option}'. Lower it.", options.PositionOf(option));
        }
    }

    private static IReadOnlyList<NodeProto> Emit(BlockTask task, ITwoLayerNetwork network, StudentNames names)
    {
        if (task.InputShape.Length == 2)
        {
            return network.Emit(names.Input, names);
        }

        var flat = names.Node("Flatten", "_flat", [names.Input]);
        return [flat, .. network.Emit(flat.Output[0], names)];
    }

    private string Note(BlockTask task, ITwoLayerNetwork network, int iterations)
    {
        var cost = Cost(task, network.Output.Columns, network.GateCount);
        return options.Relu
            ? string.Create(CultureInfo.InvariantCulture, $"ReLU network, {network.Output.Columns} neurons; {cost.Weights:#,0} weights and no gates; {iterations} iterations")
            : string.Create(CultureInfo.InvariantCulture, $"gated network, {network.Output.Columns} neurons and {network.GateCount} gates; {cost.Weights:#,0} weights with the gates, {cost.LearnedWeights:#,0} without; {iterations} iterations");
    }

    private static Certificate Certify(string block, FistaResult result, bool polishing) => polishing
        ? new Certificate(block, "duality gap of polishing", result.End.RelativeGap, "No output layer over these neurons has an objective that is lower by more than this share of it.")
        : new Certificate(block, "duality gap", result.End.RelativeGap, "No gated network with these gates, however many neurons it has, has an objective that is lower by more than this share of it; nothing is said about other gates and other samples.");
}
