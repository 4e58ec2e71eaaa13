using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.Runtime;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>Vectors of float32 where a session keeps its inputs, which is the device's own memory.</summary>
internal sealed class TrainingVectors : IDisposable
{
    private readonly ModelSession copy;
    private readonly long[] shape;

    public TrainingVectors(OrtAllocator allocator, ModelSession copy, int vectors, int length)
    {
        this.copy = copy;
        shape = [length];
        Values = [.. Enumerable.Range(0, vectors).Select(_ => OrtValue.CreateAllocatedTensorValue(allocator, TensorElementType.Float, shape))];
    }

    public IReadOnlyList<OrtValue> Values { get; }

    public void Write(int vector, float[] values)
    {
        using var host = new PinnedTensor(values, TensorElementType.Float, shape);
        Copy(host.Value, Values[vector]);
    }

    public float[] Read(int vector)
    {
        var values = new float[shape[0]];
        using var host = new PinnedTensor(values, TensorElementType.Float, shape);
        Copy(Values[vector], host.Value);
        return values;
    }

    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }

    /// <summary>A model that copies <c>x</c> to <c>y</c>: running it moves numbers between host and device, whatever the device is.</summary>
    public static OnnxModel CopyModel()
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1);
        graph.NodeTo("y", "Identity", ["x"]);
        graph.Output("y", DataType.Float, -1);
        return graph.Build();
    }

    private void Copy(OrtValue from, OrtValue to) => copy.RunNative(["x"], [from], ["y"], [to]);
}
