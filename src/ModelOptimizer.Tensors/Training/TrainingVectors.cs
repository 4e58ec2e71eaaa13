using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Training;

/// <summary>Vectors of float32 where a session keeps its inputs, which is the device's own memory.</summary>
internal sealed class TrainingVectors : IDisposable
{
    private readonly long[] shape;

    public TrainingVectors(OrtAllocator allocator, int vectors, int length)
    {
        shape = [length];
        Values = [.. Enumerable.Range(0, vectors).Select(_ => OrtValue.CreateAllocatedTensorValue(allocator, TensorElementType.Float, shape))];
    }

    public IReadOnlyList<OrtValue> Values { get; }

    public void Write(int vector, float[] values)
    {
        using var host = new PinnedTensor(values, TensorElementType.Float, shape);
        OrtEnvironment.Instance.CopyTensors([host.Value], [Values[vector]], null);
    }

    public float[] Read(int vector)
    {
        var values = new float[shape[0]];
        using var host = new PinnedTensor(values, TensorElementType.Float, shape);
        OrtEnvironment.Instance.CopyTensors([Values[vector]], [host.Value], null);
        return values;
    }

    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }
}
