using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Tests;

/// <summary>Runs methods on a small model as the pipeline would.</summary>
internal static class MethodRun
{
    public static StepResult Tucker(OnnxModel model, params (string Name, object Value)[] options) =>
        Of("tucker", model, options);

    public static StepResult Of(string method, OnnxModel model, params (string Name, object Value)[] options) =>
        Named(method).Run(Context(model, new RandomBatches(model)), Arguments(options));

    public static IMethod Named(string method) => MethodCatalogue.All.Single(known => known.Name == method);

    public static StepResult Run(this IMethod method, StepContext context, MethodArguments arguments, IReadOnlyDictionary<string, Choice>? chosen = null) =>
        method.Prepare(context, arguments.Of(method)).Apply(chosen);

    public static MethodPlan Plan(this IMethod method, StepContext context, MethodArguments arguments) => method.Prepare(context, arguments.Of(method)).Plan;

    /// <summary>The choices that lead to the same outcomes.</summary>
    public static Dictionary<string, Choice> Choices(this StepResult result) =>
        result.Layers.ToDictionary(layer => layer.Layer, layer => layer.Choice, StringComparer.Ordinal);

    /// <summary>Arguments as the manifest's reader would make them: words are what the method's declarations say.</summary>
    public static MethodArguments Of(this MethodArguments written, IMethod method)
    {
        object Value(string name, object value) =>
            value is string word ? method.Options.Single(option => option.Name == name).Form.Value(word, name, ManifestPaths.None)! : value;
        var positions = written.Values.Keys.Where(written.IsWritten).ToDictionary(name => name, name => written.PositionOf(name)!, StringComparer.Ordinal);
        return MethodArguments.Of(
            method.Options,
            written.Values.ToDictionary(value => value.Key, value => Value(value.Key, value.Value), StringComparer.Ordinal),
            written.Position,
            positions
        );
    }

    public static MethodArguments Arguments(params (string Name, object Value)[] options) =>
        new(options.ToDictionary(option => option.Name, option => option.Value, StringComparer.Ordinal));

    public static StepContext Context(OnnxModel model, IBatchSource? batches, CancellationToken cancellation = default) => new()
    {
        Original = model,
        Model = model,
        Reference = model,
        Shapes = ShapeProbe.Run(TestEngine.Shared, model),
        Engine = TestEngine.Shared,
        ActivationStatistics = new MomentCollector(TestEngine.Shared, model, batches),
        Calibration = batches,
        ShippedBytes = whole => whole.SizeInBytes,
        Seed = 1,
        Progress = new Progress<MethodProgress>(),
        Cancellation = cancellation,
    };

    public static LayerMap<RankSpec> Ranks(params int[] ranks) => new([(new LayerRule("*"), new RankSpec { Ranks = ranks })]);

    public static LayerMap<RankSpec> Share(double fraction) => new([(new LayerRule("*"), new RankSpec { Fraction = fraction })]);

    public static LayerRules Rules(params string[] rules) => new([.. rules.Select(rule => new LayerRule(rule))]);

    /// <summary>Tucker's solvers of a model, whose moments are measured and not shrunk.</summary>
    public static LowRankWork Measured(OnnxModel model, FactorStorage storage)
    {
        var options = new LowRankOptions { Layers = LayerRules.All, Storage = storage, Shrink = 0 };
        var work = new LowRankWork(Context(model, new RandomBatches(model)), options, new TuckerFactorization(TuckerVariant.Joint));
        work.Measure().ShouldBeEmpty();
        return work;
    }

    /// <summary>Multiply-adds of one sample.</summary>
    public static long? Macs(OnnxModel model) => ModelStatistics.Macs(model, ShapeProbe.Run(TestEngine.Shared, model));

    /// <summary>All floating-point outputs on one batch.</summary>
    public static double[] Outputs(OnnxModel model, Batch batch)
    {
        using var session = TestEngine.Shared.CreateSession(model);
        return [.. session.Run(batch.Inputs).OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Doubles())];
    }

    /// <summary>The squared difference of the outputs of two models on all samples.</summary>
    public static double Distance(OnnxModel before, OnnxModel after, RandomBatches batches) => batches.Read().Sum(batch =>
        Outputs(before, batch).Zip(Outputs(after, batch), (a, b) => (a - b) * (a - b)).Sum());

    public static double Difference(double[] expected, double[] found)
    {
        found.Length.ShouldBe(expected.Length);
        return expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / Math.Max(1e-30, expected.Max(Math.Abs));
    }
}
