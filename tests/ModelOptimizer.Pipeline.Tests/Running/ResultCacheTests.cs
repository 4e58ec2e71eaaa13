using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

public class ResultCacheTests
{
    private static readonly string Key = new('a', 64);

    private static readonly byte[] Model = [1, 2, 3];

    [Fact]
    public void A_result_comes_back_as_it_was_put_in_NaN_included()
    {
        using var folder = new TempFolder();
        var cache = new ResultCache(folder.Path);
        cache.Add(Key, Model, Result()).ShouldBeTrue();

        var (model, result) = cache.Find(Key)!.Value;

        model.ShouldBe(Model);
        result.Metrics.ShouldBe(Result().Metrics);
        result.Gates.ShouldBe(Result().Gates);
        result.Steps[0].Layers[0].Ranks.ShouldBe([3, 4]);
        double.IsNaN(result.Metrics[0].Original).ShouldBeTrue();
    }

    [Fact]
    public void A_damaged_entry_is_not_used_and_is_replaced_by_the_next_result()
    {
        using var folder = new TempFolder();
        var cache = new ResultCache(folder.Path);
        cache.Add(Key, Model, Result());
        var file = Directory.EnumerateFiles(folder.Path, "model.onnx", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(file, [1, 2, 4]);

        cache.Find(Key).ShouldBeNull();
        cache.Add(Key, Model, Result());
        cache.Find(Key).ShouldNotBeNull();
    }

    [Fact]
    public void Writers_at_the_same_moment_leave_one_whole_entry_and_no_rest()
    {
        using var folder = new TempFolder();
        Parallel.For(0, 16, _ => new ResultCache(folder.Path).Add(Key, Model, Result()).ShouldBeTrue());

        new ResultCache(folder.Path).Find(Key).ShouldNotBeNull();
        Directory.EnumerateDirectories(Path.Combine(folder.Path, "results")).Count().ShouldBe(1);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_the_entry_only()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "not-a-folder");
        File.WriteAllText(file, "");

        new ResultCache(file).Add(Key, Model, Result()).ShouldBeFalse();
        new ResultCache(file).Find(Key).ShouldBeNull();
    }

    private static CachedResult Result() => new()
    {
        ModelSha256 = ContentHash.Of(Model),
        Before = new ModelCost(10, 5, null),
        After = new ModelCost(6, 3, null),
        Metrics = [new MetricPair("cosine", double.NaN, 0.99, 7)],
        Steps = [new StepReport("tucker", [new LayerOutcome { Layer = "conv", ParametersBefore = 5, ParametersAfter = 3, Ranks = [3, 4], RelativeError = 0.1 }], [], [])],
        Gates = [new CachedVerdict(GateOutcome.Passed, null, 0.6, 0.7, null, null, "fine")],
        DeviceClass = "cpu",
    };
}
