using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Tests.Tucker;
using ModelOptimizer.Methods.Tucker;

namespace ModelOptimizer.Methods.Tests;

public class DecisionTests
{
    public static TheoryData<string, string, object> Goals => new()
    {
        { "tucker", "ranks", MethodRun.Share(0.5) },
        { "tucker", "energy", 0.9 },
        { "tucker", "budget", new Budget(BudgetMeasure.Size, 0.6, true) },
        { "tucker", "budget", new Budget(BudgetMeasure.Size, 0.6, true, Allocation.Uniform) },
        { "cp", "ranks", MethodRun.Share(0.5) },
        { "cp", "energy", 0.9 },
        { "cp", "budget", new Budget(BudgetMeasure.Size, 0.6, true) },
        { "cp", "budget", new Budget(BudgetMeasure.Size, 0.6, true, Allocation.Uniform) },
    };

    [Theory]
    [MemberData(nameof(Goals))]
    public void The_decisions_of_a_run_lead_to_the_same_bytes(string method, string goal, object value)
    {
        var model = TuckerMethodTests.SmallNet();
        var first = MethodRun.Of(method, model, (goal, value));

        var again = MethodRun.Named(method).Run(
            MethodRun.Context(model, new RandomBatches(model)) with { Decisions = first.Layers.ToDictionary(layer => layer.Layer, LayerDecision.Of) },
            MethodRun.Arguments(("budget", Budget.Auto)));

        again.Model.ToBytes().ShouldBe(first.Model.ToBytes());
        again.Layers.Select(layer => (layer.Layer, layer.Reason, string.Join(",", layer.Ranks))).ShouldBe(first.Layers.Select(layer => (layer.Layer, layer.Reason, string.Join(",", layer.Ranks))));
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void A_candidate_of_a_search_is_what_a_run_with_its_decisions_gives(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var context = MethodRun.Context(model, new RandomBatches(model));
        var arguments = MethodRun.Arguments(("budget", Budget.Auto));
        var space = MethodRun.Named(method).Explore(context, arguments);
        foreach (var share in new[] { 0.8, 0.5 })
        {
            var decisions = space.AtSize(share * model.SizeInBytes, new Dictionary<string, string>())!;
            var candidate = space.Build(decisions);

            ((double)candidate.Model.SizeInBytes / model.SizeInBytes).ShouldBeInRange(share - 0.1, share + 0.01);
            MethodRun.Named(method).Run(context with { Decisions = decisions }, arguments).Model.ToBytes().ShouldBe(candidate.Model.ToBytes());
        }
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void Choices_rise_in_bytes_fall_in_penalty_and_end_with_the_layer_as_it_is(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var space = MethodRun.Named(method).Explore(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("budget", Budget.Auto)));

        foreach (var layer in space.Layers)
        {
            layer.Choices.Select(choice => choice.Bytes).ShouldBeInOrder(SortDirection.Ascending);
            layer.Choices.Select(choice => choice.Penalty).ShouldBeInOrder(SortDirection.Descending);
            (layer.Choices[^1].Ranks.Count, layer.Choices[^1].Bytes).ShouldBe((0, 0));
        }
    }

    [Fact]
    public void Layers_left_out_stay_as_they_are_and_say_why()
    {
        var model = TuckerMethodTests.SmallNet();
        var space = new TuckerMethod().Explore(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("budget", Budget.Auto)));
        var name = space.Layers[0].Layer;

        var decisions = space.AtSize(0.8 * model.SizeInBytes, new Dictionary<string, string> { [name] = "slower" })!;

        space.Build(decisions).Layers.Single(layer => layer.Layer == name).Reason.ShouldBe("slower");
    }

    [Theory]
    [InlineData("tucker", 2)]
    [InlineData("cp", 1)]
    public void Ranks_that_do_not_fit_are_refused(string method, int count)
    {
        var model = TuckerMethodTests.SmallNet();
        var context = MethodRun.Context(model, new RandomBatches(model));
        var fitting = new[] { 2, 2, 2 };
        // Too large, too many or too few, of no layer.
        (string Layer, int[] Ranks)[] wrong = [("c1", [10_000, .. fitting[1..count]]), ("c1", fitting[..(3 - count)]), ("gone", fitting[..count])];

        foreach (var (name, ranks) in wrong)
        {
            var decisions = new Dictionary<string, LayerDecision> { [name] = new(ranks) };
            Should.Throw<DiagnosticException>(() => MethodRun.Named(method).Run(context with { Decisions = decisions }, MethodRun.Arguments(("budget", Budget.Auto)))).Diagnostic.Code.ShouldBe(MethodCodes.BadRanks);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Chosen_ranks_are_multiples_where_there_is_room(int multiple)
    {
        var model = TuckerMethodTests.SmallNet();
        var result = new TuckerMethod().Run(
            MethodRun.Context(model, new RandomBatches(model)) with { RankMultiple = multiple },
            MethodRun.Arguments(("budget", new Budget(BudgetMeasure.Size, 0.6, true))));
        var layers = LayerExtents.Of(model);

        var compressed = result.Layers.Where(layer => layer.Ranks.Count == 2).ToList();
        compressed.ShouldNotBeEmpty();
        foreach (var layer in compressed)
        {
            var (outputs, inputs) = layers[layer.Layer];
            (layer.Ranks[0] % multiple == 0 || layer.Ranks[0] == outputs || outputs < 2 * multiple).ShouldBeTrue($"{layer.Layer}: {layer.Ranks[0]} of {outputs}");
            (layer.Ranks[1] % multiple == 0 || layer.Ranks[1] == inputs || inputs < 2 * multiple).ShouldBeTrue($"{layer.Layer}: {layer.Ranks[1]} of {inputs}");
        }
    }

    private static class LayerExtents
    {
        public static Dictionary<string, (int Outputs, int Inputs)> Of(Onnx.OnnxModel model) =>
            Onnx.Layers.LayerFinder.Find(model).ToDictionary(layer => layer.Name, layer => (layer.OutputChannels / (layer.Window?.Group ?? 1), layer.InputChannels / (layer.Window?.Group ?? 1)));
    }
}
