using System.Globalization;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Methods.Quantization.Rate;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What training did to a layer: its numbers are others, and as many.</summary>
internal static class StudentOutcome
{
    public static LayerOutcome Of(Student student, WeightLayer layer, TrainedStudent trained, string? note = null)
    {
        var factors = student.Factors.GetValueOrDefault(layer.Weight);
        var parameters = factors?.Sum(factor => factor.Tensor.Dims.Product()) ?? layer.WeightCount;
        List<string> changed = [.. student.PartsOf(layer).Where(trained.Weights.ContainsKey)];
        var macs = layer.Obstacle is null ? ModelStatistics.Macs(layer, student.Shapes) : null;
        var (rate, grid) = trained.Coded.TryGetValue(layer.Weight, out var coded) ? OnGrid(student.Coded[layer.Weight], coded) : (null, null);
        return new LayerOutcome
        {
            Layer = layer.Name,
            ParametersBefore = parameters,
            ParametersAfter = parameters,
            MacsBefore = macs,
            MacsAfter = macs,
            Rate = rate,
            RelativeError = changed.Count == 0 ? null : changed.Max(name => TrainedWeights.Change(student.Model, name, trained.Weights[name])),
            SkipReason = changed.Count > 0 ? null
                : student.Obstacle(layer) ?? (trained.Result.Kept == 0 ? "no better when trained" : "the output does not depend on it"),
            Note = changed.Count == 0 ? null
                : (grid ?? (factors is null ? note ?? "trained" : $"{changed.Count} stored factors trained"))
                    + (changed.Exists(student.Halves.Contains) ? "; in float32, and rounded to float16" : ""),
        };
    }

    private static (double? Rate, string Note) OnGrid(CodedWeight before, CodedWeight after)
    {
        static double Bits(CodedWeight weight) => CodeEntropy.Bits(weight.Tensor.Codes) / weight.Tensor.Count;
        var moved = before.Tensor.Codes.Zip(after.Tensor.Codes).Count(codes => codes.First != codes.Second) / (double)before.Tensor.Count;
        var note = string.Create(CultureInfo.InvariantCulture, $"trained on its grid: {moved:P1} of the codes moved");
        return before.Tensor.Scales.Length == 1
            ? (Bits(after), string.Create(CultureInfo.InvariantCulture, $"{note}, {Bits(before):F2} → {Bits(after):F2} bits a weight"))
            : (null, note);
    }
}

/// <summary>What a training made.</summary>
/// <param name="Model">The student with other numbers.</param>
/// <param name="Weights">The numbers that changed, by constant.</param>
/// <param name="Coded">Those of the weights that are stored as codes.</param>
/// <param name="Result">What the training gave.</param>
internal sealed record TrainedStudent(
    OnnxModel Model,
    IReadOnlyDictionary<string, double[]> Weights,
    IReadOnlyDictionary<string, CodedWeight> Coded,
    TrainingResult Result)
{
    /// <summary>The steps of the training where time decided their number.</summary>
    public int? StepsByTime { get; init; }

    /// <summary>What is measured of it.</summary>
    public IEnumerable<Certificate> Certificates { get; init; } = [];

    /// <summary>The loss over the steps.</summary>
    /// <param name="name">The line's name.</param>
    public IEnumerable<Series> Series(string name) => Result.Looks.Count == 0 ? [LossSeries.Of(name, Result.Losses)] :
    [
        LossSeries.Of(name, Result.Losses),
        new Series("training", $"{name}, held back", "step", "loss", [.. Result.Looks.Select(look => new SeriesPoint(look.Step, look.Loss))]),
    ];
}

/// <summary>Puts trained numbers where the student has its own: nothing else of the model changes.</summary>
internal static class TrainedWeights
{
    /// <summary>A clone of <paramref name="student"/> with other numbers.</summary>
    /// <param name="context">What shows that the runtime makes the weights that are stored as codes.</param>
    /// <param name="student">The student.</param>
    /// <param name="weights">Numbers by constant, in its stored order; of weights with codes they may be beside the grid.</param>
    /// <param name="result">What the training gave.</param>
    public static TrainedStudent Write(
        StepContext context,
        Student student,
        IReadOnlyDictionary<string, double[]> weights,
        TrainingResult result)
    {
        var coded = weights.Where(weight => student.Coded.ContainsKey(weight.Key))
            .ToDictionary(weight => weight.Key, weight => student.Coded[weight.Key].Nearest(weight.Value), StringComparer.Ordinal);
        var model = student.Stored.Clone();
        var constants = new ConstantLookup(model.Graph);
        foreach (var (name, values) in weights.Where(weight => !coded.ContainsKey(weight.Key)))
        {
            WeightValues.Write(constants[name], values);
        }

        CodedWeight.Write(model, coded.Values);
        var failures = LoadTimeProof.Failures(
            context,
            model,
            coded.ToDictionary(weight => weight.Key, weight => (long)weight.Value.Tensor.Count, StringComparer.Ordinal),
            name => coded[name].Tensor.Plain().RawData.Memory);
        return failures.Count == 0
            ? new TrainedStudent(
                model,
                weights.ToDictionary(
                    weight => weight.Key,
                    weight => coded.TryGetValue(weight.Key, out var code) ? code.Tensor.Values() : weight.Value,
                    StringComparer.Ordinal),
                coded,
                result)
            : throw new InvalidOperationException($"'{failures.First().Key}' has other codes now, and {failures.First().Value}");
    }

    /// <summary>‖W − W₀‖/‖W₀‖, 0 where both are zero.</summary>
    public static double Change(OnnxModel student, string name, double[] values)
    {
        var before = WeightValues.ReadDoubles(new ConstantLookup(student.Graph)[name]);
        var norm = Math.Sqrt(before.Sum(value => value * value));
        var distance = Math.Sqrt(before.Zip(values, (a, b) => (a - b) * (a - b)).Sum());
        return norm > 0 ? distance / norm : distance;
    }
}
