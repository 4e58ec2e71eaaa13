using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Caching;

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
    public void A_result_of_another_shape_is_removed_and_replaced()
    {
        using var folder = new TempFolder();
        List<string> said = [];
        var cache = new ResultCache(folder.Path, said.Add);
        // Sealed as it should be, but not what this version writes.
        new ContentStore(folder.Path, CacheLayout.Results, ["model.onnx", "result.json"], CacheFolder.Limit, null).Add(
            Key,
            Model,
            "{ \"ModelSha256\": 7 }"u8.ToArray()
        );

        cache.Find(Key).ShouldBeNull();

        said.ShouldHaveSingleItem().ShouldContain(Key);
        cache.Add(Key, Model, Result()).ShouldBeTrue();
        cache.Find(Key).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Steps[0].Layers")]
    [InlineData("Steps[0].Layers[0]")]
    [InlineData("Steps[0]")]
    [InlineData("Metrics")]
    [InlineData("Before")]
    public void A_result_that_has_null_where_none_may_be_is_removed(string place)
    {
        using var folder = new TempFolder();
        var cache = new ResultCache(folder.Path);
        cache.Add(Key, Model, Result());
        var json = JsonNode.Parse(File.ReadAllBytes(folder["results", Key, "result.json"]))!;
        Put(json["Report"]!, place.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries));
        Directory.Delete(folder["results", Key], recursive: true);
        new ContentStore(folder.Path, CacheLayout.Results, ["model.onnx", "result.json"], CacheFolder.Limit, null)
            .Add(Key, Model, Encoding.UTF8.GetBytes(json.ToJsonString()));

        cache.Find(Key).ShouldBeNull();

        static void Put(JsonNode node, string[] place)
        {
            foreach (var name in place[..^1])
            {
                node = name[^1] == ']' ? node[int.Parse(name[..^1], CultureInfo.InvariantCulture)]! : node[name]!;
            }

            if (place[^1][^1] == ']')
            {
                node[int.Parse(place[^1][..^1], CultureInfo.InvariantCulture)] = null;
            }
            else
            {
                node[place[^1]] = null;
            }
        }
    }

    [Fact]
    public void An_entry_of_an_older_format_is_a_miss_and_is_replaced()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["results", Key]);
        File.WriteAllBytes(folder["results", Key, "model.onnx"], Model);
        File.WriteAllText(folder["results", Key, "result.json"], "{}");
        var cache = new ResultCache(folder.Path);

        cache.Find(Key).ShouldBeNull();
        cache.Add(Key, Model, Result()).ShouldBeTrue();

        cache.Find(Key)!.Value.Model.ShouldBe(Model);
    }

    [Fact]
    public void Blobs_and_results_of_one_key_do_not_meet()
    {
        using var folder = new TempFolder();
        var blobs = new BlobCache(folder.Path);
        blobs.Find(Key).ShouldBeNull();
        blobs.Add(Key, [9, 8]).ShouldBeTrue();

        new ResultCache(folder.Path).Find(Key).ShouldBeNull();
        blobs.Find(Key).ShouldBe([9, 8]);
    }

    private static ModelReport Result() =>
        new()
        {
            OutputSha256 = ContentHash.Of(Model),
            Before = new ModelCost(10, 5, null),
            After = new ModelCost(6, 3, null),
            Metrics = [new MetricPair("cosine", double.NaN, 0.99, 7)],
            Steps =
            [
                new StepReport(
                    "tucker",
                    [
                        new LayerOutcome
                        {
                            Layer = "conv",
                            ParametersBefore = 5,
                            ParametersAfter = 3,
                            Ranks = [3, 4],
                            RelativeError = 0.1,
                        },
                    ],
                    [],
                    []
                ),
            ],
            Gates =
            [
                new GateVerdict
                {
                    Metric = "size",
                    Bound = "max",
                    Limit = "70%",
                    Severity = "error",
                    Outcome = GateOutcome.Undecided,
                    Measured = 0.6,
                    Required = 0.7,
                    Lower = 0.5,
                    Confidence = 0.95,
                    Message = "fine",
                    Code = "MOC4004",
                },
            ],
            DeviceClass = "cpu",
        };
}
