using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Training;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>Pairs of what enters a block and what leaves it, gates, and the two forms of the problem that they make.</summary>
internal sealed class GatedCase : IBatchSource
{
    private readonly long[] _images;
    private readonly long[] _targets;
    private readonly float[] _z;
    private readonly float[] _y;

    /// <param name="samples">N.</param>
    /// <param name="channels">Cin.</param>
    /// <param name="outputs">Cout.</param>
    /// <param name="stride">Of the block.</param>
    public GatedCase(int samples = 24, int channels = 3, int outputs = 4, int stride = 1)
    {
        _images = [samples, channels, 6, 6];
        _targets = [samples, outputs, 6 / stride, 6 / stride];
        Window = WindowChoice.For(_images, _targets, 3).Window!;
        _z = Array.ConvertAll(GraphBuilder.Normal(_images, 1, 11), value => (float)value);
        _y = Array.ConvertAll(GraphBuilder.Normal(_targets, 1, 12), value => (float)value);
    }

    public ConvGeometry Window { get; }

    public int Count => (int)_images[0];

    public int Taps => (int)_images[1] * 9;

    public int Outputs => (int)_targets[1];

    /// <summary>Random gates.</summary>
    public GateFilters Gates(int width, bool biased = false) => new(new Random64(3).Matrix(width, Taps), biased ? new Random64(4).Normals(width) : null);

    /// <summary>A random block with the gates of <see cref="Gates"/>.</summary>
    public GatedBlock Block(int width, int seed = 5)
    {
        var random = new Random64(seed);
        return new GatedBlock(Window, Gates(width), random.Matrix(width, Taps), random.Matrix(Outputs, width), random.Normals(Outputs));
    }

    /// <summary>The same inputs, with what <paramref name="block"/> makes of them as targets.</summary>
    public GatedCase TaughtBy(GatedBlock block)
    {
        var taught = new GatedCase(Count, (int)_images[1], Outputs, Window.Strides[0]);
        var result = Run(block);
        result.CopyTo(taught._y, 0);
        return taught;
    }

    /// <summary>What the emitted nodes of a block make of the inputs.</summary>
    public float[] Run(GatedBlock block)
    {
        using var session = TestEngine.Shared.CreateSession(Model(block));
        return session.Run(new Dictionary<string, HostTensor> { ["z"] = Read().First().Inputs["z"] })["y"].As<float>().ToArray();
    }

    /// <summary>Σ‖S(z) − y‖² by running the block.</summary>
    public double Loss(GatedBlock block) => Run(block).Zip(_y, (s, y) => Math.Pow((double)s - y, 2)).Sum();

    public GatedMoments Moments(GateFilters gates) => GatedMoments.Read(TestEngine.Shared.LinearAlgebra, gates, Window, this, CancellationToken.None);

    /// <summary>In batches of seven, so that the last one is shorter.</summary>
    public StreamedProblem Streamed(GateFilters gates) => new(TestEngine.Shared, gates, Window, SampleStore.Read(this), 7, CancellationToken.None);

    public static AlsFit Fit(IGatedProblem problem, GatedBlock start, double tolerance, int sweeps, Matrix? windows = null) =>
        new AlternatingLeastSquares(
            TestEngine.Shared.LinearAlgebra,
            problem,
            new FilterPreconditioner(TestEngine.Shared.LinearAlgebra, windows, problem.OpenTogether),
            sweeps,
            tolerance,
            CancellationToken.None
        ).Fit(start, (_, _) => { });

    public IEnumerable<Batch> Read()
    {
        yield return new Batch(
            new Dictionary<string, HostTensor>
            {
                [BlockActivations.Input] = HostTensor.From<float>(DataType.Float, _images, _z),
                [BlockActivations.Target] = HostTensor.From<float>(DataType.Float, _targets, _y),
            },
            Count
        );
    }

    private OnnxModel Model(GatedBlock block)
    {
        var model = new GraphBuilder().Input("z", [-1, .. _images[1..]]).Node("Identity", ["z"], ["y"]).Output("y").Build();
        var task = new BlockTask(
            new Onnx.Blocks.BlockReader(model, new Dictionary<string, long[]>()).Read("z", "y").Block!,
            [1, .. _images[1..]],
            [1, .. _targets[1..]],
            (int)DataType.Float,
            null
        );
        return StudentRewriter.Apply(
            TestEngine.Shared,
            model,
            task,
            new FittedStudent(0, (write, input) => GatedNodes.Write(block, input, write)) { Cost = default, Note = "" }
        );
    }
}
