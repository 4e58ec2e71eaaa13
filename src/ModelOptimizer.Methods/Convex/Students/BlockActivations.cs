using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex.Students;

/// <summary>What enters a block and what leaves it, batch by batch: the models run again at every reading, and nothing is kept. Labels are not read.</summary>
/// <param name="engine">Where the models run.</param>
/// <param name="seen">The model whose activations enter the student.</param>
/// <param name="teacher">The model whose block is the target.</param>
/// <param name="block">The block.</param>
/// <param name="samples">Inputs of both models.</param>
internal sealed class BlockActivations(Engine engine, OnnxModel seen, OnnxModel teacher, Block block, IBatchSource samples) : IBatchSource
{
    /// <summary>Name of z, what enters.</summary>
    public const string Input = "z";

    /// <summary>Name of y, what shall leave.</summary>
    public const string Target = "y";

    public int Count => samples.Count;

    public IEnumerable<Batch> Read() => ReferenceEquals(seen, teacher)
        ? Activations.Read(engine, teacher, [block.From, block.To], samples).Select(read => Pair(read.Batch.Count, read.Values[0], read.Values[1]))
        : Activations.Read(engine, seen, [block.From], samples).Zip(
            Activations.Read(engine, teacher, [block.To], samples),
            (entering, leaving) => Pair(entering.Batch.Count, entering.Values[0], leaving.Values[0]));

    private static Batch Pair(int count, HostTensor entering, HostTensor leaving) =>
        new(new Dictionary<string, HostTensor>(StringComparer.Ordinal) { [Input] = Single(entering), [Target] = Single(leaving) }, count);

    private static HostTensor Single(HostTensor tensor) => tensor.Type == DataType.Float
        ? tensor
        : HostTensor.From<float>(DataType.Float, tensor.Shape, Array.ConvertAll(FloatingPoint.Read(tensor), value => (float)value));
}
