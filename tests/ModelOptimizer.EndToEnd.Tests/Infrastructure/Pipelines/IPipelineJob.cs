namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>A job of the page, run here as its service would run it, apart from the steps that are not scripts.</summary>
internal interface IPipelineJob
{
    /// <summary>Runs it.</summary>
    /// <param name="checkout">Folder of the working tree.</param>
    /// <param name="temporary">A folder for what the service keeps elsewhere.</param>
    /// <param name="environment">What the machine sets.</param>
    /// <param name="rewrite">What is run in place of a script; null for the scripts as they are.</param>
    PipelineRun Run(string checkout, string temporary, IReadOnlyDictionary<string, string> environment, Func<string, string>? rewrite = null);
}
