using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Tests.Runtime;

public class WorkingMemoryTests
{
    private const int Side = 1024;
    private const long Bytes = sizeof(double) * Side * Side;

    [Fact]
    public void Matrices_that_nobody_needs_any_more_are_collected_before_they_are_more_than_the_promise_allows()
    {
        WorkingMemory.Promise(1L << 30);
        var made = Enumerable.Range(0, 100).Select(_ => Made()).ToList();

        made.Count(matrix => matrix.IsAlive).ShouldBeLessThanOrEqualTo((int)(WorkingMemory.Garbage / Bytes));
    }

    [Fact]
    public async Task A_promise_holds_for_the_run_that_made_it()
    {
        var other = Task.Run(() => WorkingMemory.Limit);
        WorkingMemory.Promise(1L << 30);

        WorkingMemory.Limit.ShouldBe(1L << 30);
        (await Task.Run(() => WorkingMemory.Limit)).ShouldBe(1L << 30);
        (await other).ShouldBe(WorkingMemory.Half);
        WorkingMemory.Promise(null);
        WorkingMemory.Limit.ShouldBe(WorkingMemory.Half);
    }

    // In a method of its own, so that no variable of the test holds it.
    private static WeakReference Made() => new(new Matrix(Side, Side));
}
