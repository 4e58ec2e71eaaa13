using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

/// <summary>Random samples whose class is the largest of some of their numbers, so that there is something to learn.</summary>
internal sealed class LabelledBatches(OnnxModel model, int classes, int batches = 4, int size = 32) : IBatchSource
{
    private readonly RandomBatches _samples = new(model, batches, size);

    public int Count => _samples.Count;

    public IEnumerable<Batch> Read() => _samples.Read().Select(batch => new Batch(batch.Inputs, batch.Count, Labels(batch)));

    private long[] Labels(Batch batch)
    {
        var values = batch.Inputs.Values.Single().As<float>();
        var width = values.Length / batch.Count;
        var labels = new long[batch.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var sample = values.Slice(i * width, classes);
            for (var j = 1; j < classes; j++)
            {
                labels[i] = sample[j] > sample[(int)labels[i]] ? j : labels[i];
            }
        }

        return labels;
    }
}
