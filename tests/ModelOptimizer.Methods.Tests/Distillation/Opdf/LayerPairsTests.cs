using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class LayerPairsTests
{
    [Fact]
    public void A_student_of_half_the_depth_takes_every_second_block_as_published()
    {
        var student = Layers([.. Enumerable.Range(0, 6).SelectMany(i => new[] { $"encoder.{i}.fc1", $"encoder.{i}.fc2" }), "classifier"]);
        var teacher = Layers([.. Enumerable.Range(0, 12).SelectMany(i => new[] { $"encoder.{i}.fc1", $"encoder.{i}.fc2" }), "classifier"]);

        var pairs = LayerPairs.Find(student, teacher, repeated: true, null, null);

        for (var i = 0; i < 6; i++)
        {
            pairs[$"encoder.{i}.fc1"].Name.ShouldBe($"encoder.{(2 * i) + 1}.fc1");
            pairs[$"encoder.{i}.fc2"].Name.ShouldBe($"encoder.{(2 * i) + 1}.fc2");
        }

        pairs["classifier"].Name.ShouldBe("classifier");
    }

    [Fact]
    public void Equal_depths_pair_equal_names()
    {
        var layers = Layers("encoder.0.fc1", "encoder.1.fc1", "head");

        LayerPairs
            .Find(layers, layers, repeated: true, null, null)
            .ToDictionary(pair => pair.Key, pair => pair.Value.Name)
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["encoder.0.fc1"] = "encoder.0.fc1",
                    ["encoder.1.fc1"] = "encoder.1.fc1",
                    ["head"] = "head",
                },
                ignoreOrder: true
            );
    }

    [Fact]
    public void A_depth_that_is_no_multiple_is_left_to_the_user()
    {
        var student = Layers("stage1.0.conv", "stage1.1.conv", "stage2.0.conv");
        var teacher = Layers("stage1.0.conv", "stage1.1.conv", "stage1.2.conv", "stage2.0.conv");

        LayerPairs.Find(student, teacher, repeated: true, null, null).Keys.ShouldBe(["stage2.0.conv"]);
    }

    [Fact]
    public void A_model_that_lost_layers_is_paired_by_equal_names_only()
    {
        var pairs = LayerPairs.Find(Layers("conv2", "conv4"), Layers("conv1", "conv2", "conv3", "conv4"), repeated: false, null, null);

        pairs.Select(pair => (pair.Key, pair.Value.Name)).ShouldBe([("conv2", "conv2"), ("conv4", "conv4")]);
    }

    [Fact]
    public void A_factor_with_the_name_of_its_layer_is_not_the_layer()
    {
        var factors = LayerFinder.Find(new GraphBuilder().Input("x", [1, 3]).Gemm("x", "fc_in", 1, 3).Gemm("fc_in", "fc", 2, 1).Output("fc").Build());

        LayerPairs.Find(factors, Layers("fc"), repeated: false, null, null).ShouldBeEmpty();
        LayerPairs.Find(factors, Layers("fc"), repeated: true, null, null).Keys.ShouldBe(["fc"]);
    }

    [Fact]
    public void Declared_pairs_come_first()
    {
        var declared = new LayerMap<string>([(new LayerRule("small.*"), "large.2")]);

        var pairs = LayerPairs.Find(Layers("small.a", "small.b", "head"), Layers("large.1", "large.2", "head"), repeated: true, declared, null);

        pairs.Select(pair => (pair.Key, pair.Value.Name)).ShouldBe([("small.a", "large.2"), ("small.b", "large.2"), ("head", "head")]);
    }

    [Fact]
    public void An_unknown_layer_is_an_error_that_names_near_ones()
    {
        var declared = new LayerMap<string>([(new LayerRule("head"), "hed")]);

        var error = Should.Throw<DiagnosticException>(() => LayerPairs.Find(Layers("head"), Layers("head", "tail"), repeated: false, declared, null));

        error.Diagnostic.Code.ShouldBe(MethodCodes.RuleMatchesNothing);
        error.Diagnostic.Message.ShouldContain("no layer 'hed'. The nearest names are 'head', 'tail'");
    }

    private static IReadOnlyList<WeightLayer> Layers(params string[] names)
    {
        var builder = new GraphBuilder().Input("x", [1, 3]);
        foreach (var name in names)
        {
            builder.Gemm("x", name, 2, 3).Output(name);
        }

        return LayerFinder.Find(builder.Build());
    }
}
