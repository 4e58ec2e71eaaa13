namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Switches
{
    public static IEnumerable<Step> Disabled_Embeds_The_Original(Place place)
    {
        var app = place.Consumer();
        var original = $"Digits.onnx {new FileInfo(app.Model).Length} intact";
        app.Set("<ModelOptimizerEnabled>false</ModelOptimizerEnabled>");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Run().ShouldBe(original);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        app.Set("");
        yield return Step.Build(app);

        app.Run().ShouldNotBe(original);
    }

    public static IEnumerable<Step> Verify_Evaluates_The_Gates_Again_And_Writes_No_Other_Model(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var embedded = app.Embedded();
        app.Set("<ModelOptimizerVerify>true</ModelOptimizerVerify>");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldBe(embedded);
        app.Run().ShouldBe($"Digits.onnx {embedded.Length} intact");
    }

    public static IEnumerable<Step> Any_Manifest_Name_Works_And_Its_Paths_Are_Relative_To_It(Place place)
    {
        var app = place.Consumer(items: """<CompressionManifest Include="models/digits.yaml" />""");
        File.Delete(app["modelopt.yaml"]);
        app.Write(
            "models/digits.yaml",
            Consumer.Manifest.Replace("models/digits.onnx", "digits.onnx", StringComparison.Ordinal).Replace("data/", "../data/", StringComparison.Ordinal)
        );
        yield return Step.Build(app);

        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
    }

    public static IEnumerable<Step> A_Model_May_Be_Called_What_Msbuild_Would_Expand(Place place)
    {
        var app = place.Consumer();
        File.Move(app.Model, app["models", "digits@(x) 100%41.en.onnx"]);
        app.Write("modelopt.yaml", Consumer.Manifest.Replace("models/digits.onnx", "\"models/digits@(x) 100%41.en.onnx\"", StringComparison.Ordinal));
        yield return Step.Build(app);

        place.Last.Problems.ShouldBeEmpty();
        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
        Directory.Exists(app["bin", "Release", "net10.0", "en"]).ShouldBeFalse();
    }

    public static IEnumerable<Step> A_Project_Without_A_Manifest_Starts_Nothing(Place place)
    {
        var app = place.Consumer();
        File.Delete(app["modelopt.yaml"]);
        app.Write("Program.cs", "return;\n");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        Directory.Exists(app["obj", "modelopt"]).ShouldBeFalse();
    }
}
