namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Tool
{
    public static IEnumerable<Step> The_Tool_Package_Compresses_As_The_Build_Does(Place place)
    {
        var app = place.Consumer();
        Run("--version").ShouldSucceed().Output.ShouldStartWith(Packages.Version);
        Run("layers", app.Model).ShouldSucceed().Output.ShouldContain("conv2");
        Run("compress").ShouldSucceed();

        var compressed = File.ReadAllBytes(app["models", "digits.compressed.onnx"]);
        SmallModel.Convolutions(compressed).ShouldBeGreaterThan(3);
        // Where ONNX Runtime would note what runs, to send it.
        Directory.Exists(place["cache", "Microsoft"]).ShouldBeFalse();
        yield return Step.Build(app);

        app.Embedded().ShouldBe(compressed);

        Outcome Run(params string[] arguments) =>
            InstalledTool.Run(app.Root, new Dictionary<string, string> { ["XDG_CACHE_HOME"] = place["cache"] }, arguments);
    }
}
