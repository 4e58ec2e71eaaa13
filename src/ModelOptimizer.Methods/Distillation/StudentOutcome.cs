using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What a training did to one layer: its numbers are others, and as many.</summary>
internal static class StudentOutcome
{
    public static LayerOutcome Of(Student student, WeightLayer layer, TrainedStudent trained, string? note = null)
    {
        var changed = trained.Weights.GetValueOrDefault(layer.Weight);
        var macs = layer.Obstacle is null ? ModelStatistics.Macs(layer, student.Shapes) : null;
        return new LayerOutcome
        {
            Layer = layer.Name,
            ParametersBefore = layer.WeightCount,
            ParametersAfter = layer.WeightCount,
            MacsBefore = macs,
            MacsAfter = macs,
            RelativeError = changed is null ? null : TrainedWeights.Change(student.Model, layer.Weight, changed),
            Reason = changed is null ? student.Obstacle(layer) ?? "the output does not depend on it" : null,
            Note = changed is null ? null : note ?? "trained",
        };
    }
}
