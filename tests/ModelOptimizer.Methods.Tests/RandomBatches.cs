using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests;

/// <summary>Seeded, smooth (hence correlated) inputs of a model's declared shapes, batch size where that is free.</summary>
internal sealed class RandomBatches(OnnxModel model, int batches = 4, int size = 8, int seed = 100) : IBatchSource
{
    public int Count => batches * size;

    public IEnumerable<Batch> Read()
    {
        for (var number = 0; number < batches; number++)
        {
            var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
            foreach (var input in model.Graph.Input)
            {
                var type = input.Type.TensorType;
                long[] shape = [.. type.Shape.Dim.Select(dim => dim.HasDimValue ? dim.DimValue : size)];
                inputs.Add(input.Name, Tensor(shape, (TensorProto.Types.DataType)type.ElemType, seed + number));
            }

            yield return new Batch(inputs, size);
        }
    }

    private static HostTensor Tensor(long[] shape, TensorProto.Types.DataType type, int seed)
    {
        var noise = GraphBuilder.Normal(shape, 1, seed);
        for (var i = 1; i < noise.Length; i++)
        {
            noise[i] = (0.7 * noise[i - 1]) + (0.5 * noise[i]) + 0.05;
        }

        return type switch
        {
            TensorProto.Types.DataType.Float16 => HostTensor.From<Half>(type, shape, Array.ConvertAll(noise, value => (Half)value)),
            TensorProto.Types.DataType.Double => HostTensor.From<double>(type, shape, noise),
            _ => HostTensor.From<float>(type, shape, Array.ConvertAll(noise, value => (float)value)),
        };
    }
}
