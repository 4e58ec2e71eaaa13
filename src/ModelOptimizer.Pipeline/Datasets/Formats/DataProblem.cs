namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Something wrong in a file, found by code that does not know where the manifest names it; <see cref="ArraySource"/> adds that.</summary>
internal sealed class DataProblem(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;
}
