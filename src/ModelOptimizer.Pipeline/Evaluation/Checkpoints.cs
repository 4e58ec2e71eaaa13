namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>When an evaluation asks whether it has seen enough: early enough to save most of a hopeless one, seldom enough to cost nothing.</summary>
internal sealed class Checkpoints(int total)
{
    private static readonly double[] Shares = [0.1, 0.2, 0.35, 0.5, 0.7];

    private int next;

    /// <summary>Whether the first <paramref name="done"/> samples pass a checkpoint that those before did not; never at the end.</summary>
    public bool IsPassed(int done)
    {
        var passed = next;
        while (passed < Shares.Length && done >= Shares[passed] * total)
        {
            passed++;
        }

        var isNew = passed > next;
        next = passed;
        return isNew && done < total;
    }
}
