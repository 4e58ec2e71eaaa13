using System.Numerics.Tensors;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex;

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

    /// <inheritdoc/>
    public int Count => samples.Count;

    /// <inheritdoc/>
    /// <exception cref="DiagnosticException">An activation is not finite (MOC3302), or a model does not run (MOC23xx).</exception>
    public IEnumerable<Batch> Read() => ReferenceEquals(seen, teacher)
        ? Activations.Read(engine, teacher, [block.From, block.To], samples).Select(read => Pair(read.Batch.Count, read.Values[0], read.Values[1]))
        : Activations.Read(engine, seen, [block.From], samples).Zip(
            Activations.Read(engine, teacher, [block.To], samples),
            (entering, leaving) => Pair(entering.Batch.Count, entering.Values[0], leaving.Values[0]));

    private Batch Pair(int count, HostTensor entering, HostTensor leaving) => new(
        new Dictionary<string, HostTensor>(StringComparer.Ordinal) { [Input] = Single(block.From, entering), [Target] = Single(block.To, leaving) },
        count);

    private static HostTensor Single(string name, HostTensor tensor)
    {
        var single = tensor.Type == DataType.Float
            ? tensor
            : HostTensor.From<float>(DataType.Float, tensor.Shape, Array.ConvertAll(tensor.Doubles(), value => (float)value));
        return float.IsFinite(TensorPrimitives.MaxMagnitude<float>(single.As<float>()))
            ? single
            : throw new DiagnosticException(
                TensorsCodes.NotFinite,
                $"the values of '{name}' on the calibration data are not all finite, so nothing can be fitted to them. Check 'preprocess' and the data."
            );
    }
}
