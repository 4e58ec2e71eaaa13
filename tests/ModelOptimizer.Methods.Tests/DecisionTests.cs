using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Tests.LowRank;

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

        var again = MethodRun
            .Named(method)
            .Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("budget", Budget.Auto)), first.Choices());

        again.Model.ToBytes().ShouldBe(first.Model.ToBytes());
        again
            .Layers.Select(layer => (layer.Layer, layer.SkipReason, string.Join(",", layer.Ranks)))
            .ShouldBe(first.Layers.Select(layer => (layer.Layer, layer.SkipReason, string.Join(",", layer.Ranks))));
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void What_a_step_that_was_asked_for_choices_makes_is_what_a_run_with_them_gives(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var context = MethodRun.Context(model, new RandomBatches(model));
        var arguments = MethodRun.Arguments(("budget", Budget.Auto));
        var step = MethodRun.Named(method).Prepare(context, arguments);
        var layers = step.Choices();
        foreach (var share in new[] { 0, 0.5 })
        {
            var chosen = layers.ToDictionary(
                layer => layer.Layer,
                layer => layer.Choices.OrderBy(choice => choice.Bytes).ElementAt((int)(share * (layer.Choices.Count - 1)))
            );
            var candidate = step.Apply(chosen);

            // The bytes of choices are those of the built model, but for a few.
            ((double)candidate.Model.SizeInBytes).ShouldBe(model.SizeInBytes + chosen.Values.Sum(choice => choice.Bytes), 64);
            MethodRun.Named(method).Run(context, arguments, chosen).Model.ToBytes().ShouldBe(candidate.Model.ToBytes());
        }
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void Choices_that_nothing_beats_fall_in_penalty_and_end_with_the_layer_as_it_is(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var step = MethodRun.Named(method).Prepare(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("budget", Budget.Auto)));

        foreach (var layer in step.Choices())
        {
            layer.Choices.OfType<Choice.Keep>().ShouldHaveSingleItem();
            layer.Choices.ShouldAllBe(choice => choice.Bytes < 0 || choice is Choice.Keep);
            var front = LagrangianAllocator.Front<Choice>([.. layer.Choices.Select(choice => new Alternative<Choice>(choice, choice.Bytes, choice.Penalty))]);
            front.Select(choice => choice.Penalty).ShouldBeInOrder(SortDirection.Descending);
            (front[^1].Item is Choice.Keep, front[^1].Cost).ShouldBe((true, 0));
        }
    }

    [Fact]
    public void Layers_left_out_stay_as_they_are_and_say_why()
    {
        var model = TuckerMethodTests.SmallNet();
        var step = new TuckerMethod().Prepare(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("budget", Budget.Auto)));
        var layers = step.Choices();
        var chosen = layers.ToDictionary(layer => layer.Layer, layer => layer.Choices.MinBy(choice => choice.Bytes)!);
        chosen[layers[0].Layer] = new Choice.Keep("slower");

        step.Apply(chosen).Layers.Single(layer => layer.Layer == layers[0].Layer).SkipReason.ShouldBe("slower");
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    [InlineData("nn-bcd")]
    public void A_choice_of_another_kind_is_refused(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var arguments =
            method == "nn-bcd" ? MethodRun.Arguments(("mode", "layer"), ("rank", MethodRun.Ranks(2))) : MethodRun.Arguments(("budget", Budget.Auto));

        var error = Should
            .Throw<DiagnosticException>(() =>
                MethodRun
                    .Named(method)
                    .Run(MethodRun.Context(model, new RandomBatches(model)), arguments, new Dictionary<string, Choice> { ["c1"] = new Choice.Bits(4) })
            )
            .Diagnostic;

        (error.Code, error.Message).ShouldBe((MethodCodes.BadRanks, "'4 bits' is decided for 'c1', where this step takes ranks."));
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
            var chosen = new Dictionary<string, Choice> { [name] = new Choice.Ranks(ranks) };
            Should
                .Throw<DiagnosticException>(() => MethodRun.Named(method).Run(context, MethodRun.Arguments(("budget", Budget.Auto)), chosen))
                .Diagnostic.Code.ShouldBe(MethodCodes.BadRanks);
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
            (layer.Ranks[0] % multiple == 0 || layer.Ranks[0] == outputs || outputs < 2 * multiple).ShouldBeTrue(
                $"{layer.Layer}: {layer.Ranks[0]} of {outputs}"
            );
            (layer.Ranks[1] % multiple == 0 || layer.Ranks[1] == inputs || inputs < 2 * multiple).ShouldBeTrue($"{layer.Layer}: {layer.Ranks[1]} of {inputs}");
        }
    }

    private static class LayerExtents
    {
        public static Dictionary<string, (int Outputs, int Inputs)> Of(Onnx.OnnxModel model) =>
            Onnx
                .Layers.LayerFinder.Find(model)
                .ToDictionary(
                    layer => layer.Name,
                    layer => (layer.OutputChannels / (layer.Window?.Group ?? 1), layer.InputChannels / (layer.Window?.Group ?? 1))
                );
    }
}
