using System.Numerics.Tensors;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Tensors.Tests.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>Moments as they are kept, within a run and between runs.</summary>
public sealed class KeptMomentTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly ConvGeometry Window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");

    // Many numbers to add up, of channels; a matrix; and more inputs than vectors.
    private static readonly MomentKey[] Keys = [new("x", Window), new("flat", null), new("a", Window with { Group = 2 })];

    [Theory]
    [InlineData(1e-15)]
    [InlineData(1)]
    [InlineData(1e15)]
    public void What_is_lost_is_a_little_of_what_varies(double size)
    {
        // Channels of very different sizes, around a mean that is far greater than what varies.
        const int Width = 70;
        var vectors = Numbers.Random(200, Width, 1);
        var channels = Enumerable.Range(0, Width).Select(i => size * Math.Pow(10, -i % 7)).ToArray();
        for (var row = 0; row < vectors.Rows; row++)
        {
            for (var i = 0; i < Width; i++)
            {
                vectors[row, i] = channels[i] * (vectors[row, i] + (i % 3 * 1000));
            }
        }

        var mean = Enumerable.Range(0, Width).Select(i => Enumerable.Range(0, 200).Average(row => vectors[row, i])).ToArray();
        var sigma = fixture.Algebra.Multiply(vectors, vectors, transposeA: true);
        TensorPrimitives.Divide(sigma.Values, 200, sigma.Values);

        var kept = PackedMoment.Read(PackedMoment.Of(new SecondMoment([sigma], [mean], 200)).ToBytes()!)!.Unpack(fixture.Algebra);

        kept.Count.ShouldBe(200);
        kept.Mean[0].ShouldBe(mean);
        for (var i = 0; i < Width; i++)
        {
            for (var j = 0; j < Width; j++)
            {
                var scale = channels[i] * channels[j];
                // Float64 itself has no more of a mean of 1000.
                ((kept.Sigma[0][i, j] - sigma[i, j]) / scale).ShouldBe(0, 3e-7);
                kept.Sigma[0][i, j].ShouldBe(kept.Sigma[0][j, i]);
            }
        }
    }

    [Fact]
    public void A_channel_that_is_never_seen_stays_zero()
    {
        var sigma = new Matrix(3, 3, [0, 0, 0, 0, 2, 1, 0, 1, 3]);

        var kept = PackedMoment.Of(new SecondMoment([sigma], [[0, 0, 0]], 5)).Unpack(fixture.Algebra).Sigma[0];

        kept.Values.ShouldBe(sigma.Values);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1L)]
    public void The_next_run_reads_what_the_first_measured(long? memoryLimit)
    {
        var store = new Store();
        var (first, second, without) = (new Images(), new Images(), new Images());

        var measured = Require(first, store, memoryLimit);
        var read = Require(second, store, memoryLimit);
        var alone = Require(without, store: null, memoryLimit);

        first.Passes.ShouldBeGreaterThan(0);
        second.Passes.ShouldBe(0);
        store.Count.ShouldBe(Keys.Length);
        measured.Zip(read, alone).ShouldAllBe(three => AreEqual(three.First, three.Second) && AreEqual(three.First, three.Third));
        measured[1].Span.ShouldNotBeNull();
        read[2].Sigma.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_gone_or_not_whole_is_measured_again()
    {
        var store = new Store();
        var measured = Require(new Images(), store);
        store.Shorten();
        var again = new Images();

        var found = Require(again, store);

        again.Passes.ShouldBe(1);
        measured.Zip(found).ShouldAllBe(pair => AreEqual(pair.First, pair.Second));
        var last = new Images();
        Require(last, store);
        last.Passes.ShouldBe(0);
    }

    [Fact]
    public void With_other_tensors_beside_it_a_moment_is_another()
    {
        var store = new Store();
        Require(new Images(), store);
        var other = new Images();

        Collector(other, store).Require([Keys[0]], CancellationToken.None);

        other.Passes.ShouldBe(1);
    }

    [Fact]
    public void What_is_measured_at_once_is_not_kept()
    {
        var store = new Store();

        new MomentCollector(fixture.Engine, Moments.Identity(2), new Batches(Batches.Exact([6, 4], 18), [6, 4], 2), store)
            .Require([new MomentKey("tap", null)], CancellationToken.None);

        store.Count.ShouldBe(0);
    }

    private static bool AreEqual(SecondMoment one, SecondMoment other) =>
        one.Count == other.Count
        && one.Mean.Zip(other.Mean).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second))
        && one.Sigma.Zip(other.Sigma).All(pair => pair.First.Values.AsSpan().SequenceEqual(pair.Second.Values))
        && (one.Span?.Values).AsSpan().SequenceEqual((other.Span?.Values).AsSpan());

    private static OnnxModel Model() => new GraphBuilder()
        .Input("x", [-1, 32, 16, 16])
        .Conv("x", "a", 8, 32, [3, 3], attributes: [("pads", new[] { 1, 1, 1, 1 })])
        .Node("Flatten", ["a"], ["flat"])
        .Node("Relu", ["flat"], ["y"])
        .Output("y")
        .Build();

    private MomentCollector Collector(Images images, IBlobStore? store, long? memoryLimit = null) =>
        new(fixture.Engine, Model(), images, store, memoryLimit);

    private List<SecondMoment> Require(Images images, IBlobStore? store, long? memoryLimit = null)
    {
        var collector = Collector(images, store, memoryLimit);
        collector.Require(Keys, CancellationToken.None);
        return [.. Keys.Select(key => collector[key])];
    }

    /// <summary>Images that count how often they are read.</summary>
    private sealed class Images : IBatchSource
    {
        private static readonly long[] Shape = [40, 32, 16, 16];
        private readonly Batches _batches = new(GraphBuilder.Normal(Shape, 1, 3), Shape, 16);

        public int Passes { get; private set; }

        public int Count => _batches.Count;

        public IEnumerable<Batch> Read()
        {
            Passes++;
            return _batches.Read();
        }
    }

    private sealed class Store : IBlobStore
    {
        private readonly Dictionary<string, byte[]> _blobs = [];

        public int Count => _blobs.Count;

        public byte[]? Find(string name) => _blobs.GetValueOrDefault(name);

        public void Add(string name, byte[] content) => _blobs[name] = content;

        /// <summary>Takes one away, and the end of another.</summary>
        public void Shorten()
        {
            var names = _blobs.Keys.ToList();
            _blobs.Remove(names[0]);
            _blobs[names[1]] = _blobs[names[1]][..^4];
        }
    }
}
