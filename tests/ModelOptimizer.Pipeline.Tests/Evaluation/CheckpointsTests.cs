using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Tests.Evaluation;

public class CheckpointsTests
{
    [Fact]
    public void Are_Five_In_Many_Batches()
    {
        var checkpoints = new Checkpoints(1000);

        Enumerable.Range(1, 100).Where(batch => checkpoints.IsPassed(10 * batch)).ShouldBe([10, 20, 35, 50, 70]);
    }

    [Fact]
    public void Are_Fewer_In_Few_Batches_And_Not_At_The_End()
    {
        var checkpoints = new Checkpoints(96);

        Enumerable.Range(1, 3).Where(batch => checkpoints.IsPassed(32 * batch)).ShouldBe([1, 2]);
    }
}
