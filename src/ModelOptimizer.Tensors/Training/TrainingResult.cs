using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Tensors.Training;

/// <summary>What came of a training.</summary>
/// <param name="Parameters">The trained weights by name.</param>
/// <param name="Losses">The loss at every step, before it.</param>
/// <param name="ResumedAt">The step of the checkpoint that it went on from; 0 where there was none.</param>
public sealed record TrainingResult(IReadOnlyDictionary<string, HostTensor> Parameters, IReadOnlyList<float> Losses, long ResumedAt)
{
    /// <summary>Gives <paramref name="model"/>'s initialisers of the same names the trained numbers.</summary>
    public void StoreIn(OnnxModel model)
    {
        foreach (var tensor in model.Graph.Initializer)
        {
            if (Parameters.TryGetValue(tensor.Name, out var trained))
            {
                WeightValues.Write(tensor, Array.ConvertAll(trained.As<float>().ToArray(), value => (double)value));
            }
        }
    }
}
