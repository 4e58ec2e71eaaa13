using ModelOptimizer.Methods.Tests.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Sequential;

/// <summary>What an interrupted walk had done is there when it is walked again.</summary>
public class ResumedWalkTests
{
    [Theory]
    [InlineData("tucker", "ranks")]
    [InlineData("cp", "ranks")]
    [InlineData("quantize", "weights")]
    [InlineData("quantize", "rate")]
    public void A_walk_that_was_interrupted_goes_on_behind_the_layers_that_it_had_solved(string method, string goal)
    {
        var model = ResidualNetwork.Create();
        var whole = Run(method, goal, model, null);
        var store = new CountingStore();

        var cut = Interrupted(method, goal, model, store, layers: 5);

        cut.ShouldBe(5);
        var resumed = Run(method, goal, model, store);
        resumed.Model.ToBytes().ShouldBe(whole.Model.ToBytes());
        resumed.Layers.Select(Shown).ShouldBe(whole.Layers.Select(Shown));
        store.Hits.ShouldBe(5);

        // Once more: nothing is left to solve.
        var (added, hits) = (store.Added, store.Hits);
        Run(method, goal, model, store).Model.ToBytes().ShouldBe(whole.Model.ToBytes());
        store.Added.ShouldBe(added);
        (store.Hits - hits).ShouldBe(added);
    }

    [Theory]
    [InlineData("tucker", "ranks")]
    [InlineData("quantize", "weights")]
    public void Another_reference_or_other_decisions_find_only_what_they_would_solve_alike(string method, string goal)
    {
        var (model, store) = (ResidualNetwork.Create(), new CountingStore());
        Run(method, goal, model, store);
        var step = MethodRun.Named(method).Prepare(Context(model, null), MethodRun.Arguments(Options(goal)).Of(MethodRun.Named(method)));
        var decided = step.Apply(null).Choices();
        var fewer = decided.ToDictionary(choice => choice.Key, choice => choice.Key == "c.1" ? new Choice.Keep() : choice.Value);

        Apply(Context(model, store), fewer).Model.ToBytes().ShouldBe(Apply(Context(model, null), fewer).Model.ToBytes());
        store.Hits.ShouldBe(decided.Keys.ToList().IndexOf("c.1"));

        var reference = model.Clone();
        var tensor = reference.Graph.Initializer.First(tensor => tensor.Dims.Count > 1);
        WeightValues.Write(tensor, Array.ConvertAll(WeightValues.ReadDoubles(tensor), value => 2 * value));
        var hits = store.Hits;
        Apply(Context(model, store) with { Reference = reference }, decided);
        store.Hits.ShouldBe(hits);

        StepResult Apply(StepContext context, Dictionary<string, Choice> chosen) =>
            MethodRun.Named(method).Prepare(context, MethodRun.Arguments(Options(goal)).Of(MethodRun.Named(method))).Apply(chosen);
    }

    private static string Shown(LayerOutcome layer) => $"{layer.Layer} {layer.ChosenText} {layer.RelativeError:R} {layer.Note} {layer.SkipReason}";

    private static StepContext Context(OnnxModel model, IBlobStore? blobs) => MethodRun.Context(model, new RandomBatches(model)) with { Blobs = blobs };

    private static StepResult Run(string method, string goal, OnnxModel model, IBlobStore? blobs) =>
        MethodRun.Named(method).Run(Context(model, blobs), MethodRun.Arguments(Options(goal)));

    // Ends when the store has so many layers.
    private static int Interrupted(string method, string goal, OnnxModel model, CountingStore store, int layers)
    {
        using var cancellation = new CancellationTokenSource();
        store.OnAdd = added =>
        {
            if (added == layers)
            {
                cancellation.Cancel();
            }
        };
        var context = Context(model, store) with { Cancellation = cancellation.Token };
        Should.Throw<OperationCanceledException>(() => MethodRun.Named(method).Run(context, MethodRun.Arguments(Options(goal))));
        store.OnAdd = null;
        return store.Added;
    }

    private static (string, object)[] Options(string goal) => goal switch
    {
        "weights" => [(goal, new LayerMap<string>([(new LayerRule("*"), "3")]))],
        "rate" => [(goal, "2")],
        _ => [(goal, MethodRun.Share(0.4))],
    };

    /// <summary>Counts the layers of walks; other blobs are not kept.</summary>
    private sealed class CountingStore : IBlobStore
    {
        private readonly BlobDictionary _walks = new();

        public Action<int>? OnAdd { get; set; }

        public int Added => _walks.Names.Count;

        public int Hits { get; private set; }

        public byte[]? Find(string name)
        {
            var found = _walks.Find(name);
            Hits += found is null ? 0 : 1;
            return found;
        }

        public void Add(string name, byte[] content)
        {
            if (name.Contains("samples\n", StringComparison.Ordinal))
            {
                _walks.Add(name, content);
                OnAdd?.Invoke(Added);
            }
        }
    }
}
