using System.Globalization;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Gated blocks of convolutions, for blocks from feature maps to feature maps.</summary>
/// <param name="context">Everything there is.</param>
/// <param name="options">The step's options.</param>
/// <param name="teacher">The model whose blocks are the targets.</param>
internal sealed class ConvolutionalForm(StepContext context, ConvexOptions options, OnnxModel teacher) : IStudentForm
{
    // A Cholesky factor of the windows' moment beyond this takes longer than it saves.
    private const int LargestPreconditioner = 4096;

    private readonly IReadOnlyList<WeightLayer> _layers = LayerFinder.Find(teacher);

    private ILinearAlgebra Algebra => context.Engine.LinearAlgebra;

    public IReadOnlyList<string> Options { get; } = ["kernel", "gates", "solver", "sweeps", "tolerance", "epochs", "batch", "learning-rate"];

    public string Blocks => "blocks of feature maps";

    public string? Obstacle(BlockTask task)
    {
        if (task.InputShape.Length != 4 || task.OutputShape.Length != 4)
        {
            return "it leads neither from feature maps N×C×H×W to feature maps nor to vectors N×C";
        }

        var (window, obstacle) = WindowChoice.For(task.InputShape, task.OutputShape, options.Kernel);
        return window is null ? obstacle
            : options.Gates == GateKind.Teacher ? GateObstacle(task, window)
            : null;
    }

    public StudentCost Cost(BlockTask task)
    {
        // 2·D·m + m·outputs (Conv¹, Conv², Conv³), each for every place.
        var (width, taps, outputs) = (Width(task), Taps(task), task.OutputShape[1]);
        var places = task.OutputShape[0] * task.OutputShape[2] * task.OutputShape[3];
        return new StudentCost(width, width * (taps + outputs), width * taps, places * width * ((2 * taps) + outputs));
    }

    public StudentNeeds Needs(BlockTask task, int samples)
    {
        double width = Width(task),
            taps = Taps(task),
            places = task.OutputShape[2] * task.OutputShape[3],
            images = task.InputShape[1] * task.InputShape[2] * task.InputShape[3],
            outputs = task.OutputShape[1];
        double windows = samples * places,
            features = (width * taps) + 1;
        if (IsSmall(task))
        {
            // Φ, a batch's part of it and its factor; the features of some windows.
            return new StudentNeeds(
                (long)(8 * ((3 * features * features) + (features * Math.Max(places, GatedMoments.WindowsAtOnce)) + (taps * taps))),
                (windows * features * features) + Math.Pow(features, 3)
            );
        }

        // z, y and M of all samples; patches and features of a batch; Σ and its factor.
        var kept = samples * ((4 * (images + (outputs * places))) + (width * places));
        var batch = (options.Solver == SolverKind.Gradient ? options.Batch : Batch(task)) * places * 4 * ((3 * taps) + (8 * width) + (4 * outputs));
        var passes = options.Solver == SolverKind.Gradient ? 3.0 * options.Epochs : options.Sweeps * 25.0;
        return new StudentNeeds((long)(kept + batch + (Preconditions(task) ? 3 * 8 * taps * taps : 0)), 2 * passes * windows * width * (taps + outputs));
    }

    public FittedStudent Fit(BlockTask task, IBatchSource activations)
    {
        context.Progress.Report(new MethodProgress($"activations of {task.Block.Name}", 0, 0));
        var window = WindowChoice.For(task.InputShape, task.OutputShape, options.Kernel).Window!;
        var gates = Gates(task, window, activations);
        if (options.Solver == SolverKind.Als && IsSmall(task))
        {
            var moments = GatedMoments.Read(Algebra, gates, window, activations, context.Cancellation);
            var convex = moments.Convex();
            var fit = Sweep(
                task,
                moments,
                moments.Windows,
                new GatedBlock(window, gates, convex.Filters, new Matrix((int)task.OutputShape[1], gates.Filters.Rows), new double[task.OutputShape[1]])
            );
            return Fitted(task, fit, moments.TargetSquares) with
            {
                Certificates =
                [
                    Certify(task, fit),
                    new Certificate(
                        task.Block.Name,
                        "convex optimum",
                        Share(convex.Loss, moments.TargetSquares),
                        "The relative error of the convex problem's solution: no gated block with these gates has a smaller one on the calibration samples."
                    ),
                ],
            };
        }

        var samples = SampleStore.Read(activations, context.Cancellation);
        var trained = options.Solver == SolverKind.Gradient ? new GradientTraining(context, options).Run(gates, window, samples) : default;
        using var problem = new StreamedProblem(context.Engine, gates, window, samples, Batch(task), context.Cancellation);
        if (trained.Block is { } block)
        {
            var loss = problem.Mixer(block.Filters).Loss(block.Mixer, block.Bias);
            return new FittedStudent(Share(loss, problem.TargetSquares), (write, input) => GatedNodes.Write(block, input, write))
            {
                Cost = Cost(task),
                Note = Note(task, $"{trained.Losses.Count} steps of Adam"),
                Series = [LossSeries.Of(task.Block.Name, trained.Losses)],
            };
        }

        // Filters that are their gates make a ReLU network with random features: a start that has learned nothing, and no scale of its own.
        var fitted = Sweep(
            task,
            problem,
            WindowMoment(task, window),
            new GatedBlock(window, gates, gates.Filters, new Matrix((int)task.OutputShape[1], gates.Filters.Rows), new double[task.OutputShape[1]])
        );
        return Fitted(task, fitted, problem.TargetSquares) with { Certificates = [Certify(task, fitted)] };
    }

    private static int Width(BlockTask task) => task.Width ?? (int)task.InputShape[1];

    private int Taps(BlockTask task) => checked((int)task.InputShape[1] * options.Kernel * options.Kernel);

    private bool IsSmall(BlockTask task) => options.Solver == SolverKind.Als && (long)Width(task) * Taps(task) < GatedMoments.MostFeatures;

    private bool Preconditions(BlockTask task) => options.Solver == SolverKind.Als && Taps(task) <= LargestPreconditioner;

    // Patches of a batch in about 64 MB.
    private int Batch(BlockTask task) => (int)Math.Clamp((1 << 24) / (Taps(task) * task.OutputShape[2] * task.OutputShape[3]), 1, 64);

    private string? GateObstacle(BlockTask task, ConvGeometry window) =>
        TeacherGates.Find(_layers, task.Block.From, window) switch
        {
            null =>
                $"it does not begin with a convolution of the student's window ({options.Kernel}×{options.Kernel}, stride {window.Strides[0]}), whose filters "
                    + "could be gates; write 'gates: gaussian'",
            { OutputChannels: var filters } when filters < Width(task) =>
                $"its first convolution has {filters} filters, and {Width(task)} gates are asked for; write 'width: {filters}' or less",
            _ => null,
        };

    private GateFilters Gates(BlockTask task, ConvGeometry window, IBatchSource activations)
    {
        if (options.Gates == GateKind.Teacher)
        {
            return TeacherGates.Read(teacher, TeacherGates.Find(_layers, task.Block.From, window)!, Width(task));
        }

        var images = activations.Read().First().Inputs[BlockActivations.Input];
        long[] places = task.OutputShape[2..];
        var shape = (long[])[Math.Min(images.Shape[0], Math.Max(1, GatedMoments.WindowsAtOnce / (places[0] * places[1]))), .. images.Shape[1..]];
        var windows = new Matrix(Taps(task), (int)(shape[0] * places[0] * places[1]));
        PatchMatrix.Fill(windows, images.Doubles(), shape, window, places, (int)shape[0], 0);
        return GaussianGates.Draw(Algebra, Width(task), windows, new Random(context.Seed));
    }

    private Matrix? WindowMoment(BlockTask task, ConvGeometry window)
    {
        if (!Preconditions(task))
        {
            return null;
        }

        var key = new MomentKey(task.Block.From, window);
        context.ActivationStatistics.Require([key], context.Cancellation);
        return context.ActivationStatistics[key].Sigma[0];
    }

    private AlsFit Sweep(BlockTask task, IGatedProblem problem, Matrix? windows, GatedBlock start)
    {
        void Tell(int sweep, double loss) =>
            context.Progress.Report(
                new MethodProgress(
                    task.Block.Name,
                    sweep,
                    options.Sweeps,
                    string.Create(CultureInfo.InvariantCulture, $"error {Share(loss, problem.TargetSquares):0.0000}")
                )
            );
        return new AlternatingLeastSquares(
            Algebra,
            problem,
            new FilterPreconditioner(Algebra, windows, problem.OpenTogether),
            options.Sweeps,
            options.Tolerance,
            context.Cancellation
        ).Fit(start, Tell);
    }

    private FittedStudent Fitted(BlockTask task, AlsFit fit, double squares) =>
        new(Share(fit.Losses[^1], squares), (write, input) => GatedNodes.Write(fit.Block, input, write))
        {
            Cost = Cost(task),
            Note = Note(task, $"{fit.Losses.Count - 1} sweeps"),
            Series =
            [
                new Series(
                    "convex distillation",
                    task.Block.Name,
                    "sweep",
                    "relative error",
                    [.. fit.Losses.Select((loss, sweep) => new SeriesPoint(sweep, Share(loss, squares)))]
                ),
            ],
        };

    private static Certificate Certify(BlockTask task, AlsFit fit) =>
        new(
            task.Block.Name,
            "gradient",
            fit.Gradient,
            "The norm of the gradient by the filters over that at empty filters, with the gradient of everything else zero: at 0 no small change of the "
                + "weights lowers the error."
        );

    private string Note(BlockTask task, string effort)
    {
        var cost = Cost(task);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"gated block, {cost.Width} gates of {options.Kernel}×{options.Kernel}; {cost.Weights:#,0} weights with the gates, {cost.LearnedWeights:#,0} "
                + $"without; {effort}"
        );
    }

    private static double Share(double loss, double squares) => squares > 0 ? Math.Sqrt(loss / squares) : 0;
}

/// <summary>
/// A gated block as nodes of a model: one convolution with the outputs of Conv¹ and Conv², Split, Greater, Cast, Mul, Conv³. Measured on two cores of a CPU
/// against two convolutions: 15 to 40 % less time for up to 16 gates, as much for 64 and more; a Where in place of Cast and Mul takes as long.
/// </summary>
internal static class GatedNodes
{
    /// <summary>Writes the nodes; the last one makes y.</summary>
    public static void Write(GatedBlock block, string input, GraphWriter write)
    {
        var (width, taps) = (block.Width, block.Filters.Columns);
        var both = new Matrix(2 * width, taps, [.. block.Gates.Filters.Values, .. block.Filters.Values]);
        var weights = write.Numbers("_features_weight", both.Values, GatedGraph.Shape(both, block.Window));
        string[] bias = block.Gates.Bias is { } thresholds ? [write.Numbers("_features_bias", [.. thresholds, .. new double[width]], 2 * width)] : [];
        var features = write.Node("Conv", "_features", [input, weights, .. bias], GatedGraph.Attributes(block.Window));
        var parts = write.Split(features, [width, width], [write.Named("_gate"), write.Named("_data")], axis: 1);
        var gated = write.Node("Mul", "_gated", [parts[1], NetworkNodes.Mask(parts[0], write)]);
        var mixer = write.Numbers("_mixer_weight", block.Mixer.Values, block.Mixer.Rows, width, 1, 1);
        write.Node("Conv", "_mixer", [gated, mixer, write.Numbers("_mixer_bias", block.Bias, block.Bias.Length)]);
    }
}
