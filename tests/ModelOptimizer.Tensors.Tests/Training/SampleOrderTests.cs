using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class SampleOrderTests
{
    [Theory]
    [InlineData(12, 4)]
    [InlineData(13, 5)]
    [InlineData(3, 8)]
    [InlineData(1, 2)]
    public void No_sample_is_lost_or_doubled_within_an_epoch(int count, int batch)
    {
        var drawn = Draw(new SampleOrder([.. Enumerable.Range(0, count)], seed: 5), batch, count * 6 / batch);

        foreach (var epoch in drawn.Chunk(count).Where(chunk => chunk.Length == count))
        {
            epoch.Order().ShouldBe(Enumerable.Range(0, count));
        }
    }

    [Fact]
    public void Epochs_differ_from_each_other_and_from_the_datas_own_order()
    {
        var epochs = Draw(new SampleOrder([.. Enumerable.Range(0, 50)], 0), 50, 3).Chunk(50).Select(epoch => string.Join(',', epoch)).ToList();

        epochs.Append(string.Join(',', Enumerable.Range(0, 50))).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void The_seed_alone_decides()
    {
        Draw(new SampleOrder([.. Enumerable.Range(0, 40)], 3), 7, 20).ShouldBe(Draw(new SampleOrder([.. Enumerable.Range(0, 40)], 3), 7, 20));
        Draw(new SampleOrder([.. Enumerable.Range(0, 40)], 3), 7, 20).ShouldNotBe(Draw(new SampleOrder([.. Enumerable.Range(0, 40)], 4), 7, 20));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(47)]
    public void Skipping_is_drawing_without_looking(int skipped)
    {
        var drawn = new SampleOrder([.. Enumerable.Range(0, 10)], 6);
        Draw(drawn, 1, skipped);
        var jumped = new SampleOrder([.. Enumerable.Range(0, 10)], 6);
        jumped.Skip(skipped);

        Draw(jumped, 4, 10).ShouldBe(Draw(drawn, 4, 10));
    }

    private static List<int> Draw(SampleOrder order, int batch, int batches)
    {
        var all = new List<int>();
        var drawn = new int[batch];
        for (var i = 0; i < batches; i++)
        {
            order.Draw(drawn);
            all.AddRange(drawn);
        }

        return all;
    }
}
