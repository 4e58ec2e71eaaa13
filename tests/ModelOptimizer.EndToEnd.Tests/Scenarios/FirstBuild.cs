namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class FirstBuild
{
    public static IEnumerable<Step> A_Build_Compresses_Embeds_And_Generates_The_Accessor_And_A_Second_Starts_No_Tool_And_Compiles_Nothing(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        place.Last.Problems.ShouldBeEmpty();
        var embedded = app.Embedded();
        embedded.Length.ShouldBeLessThan((int)(new FileInfo(app.Model).Length * 0.65));
        SmallModel.Convolutions(embedded).ShouldBeGreaterThan(SmallModel.Convolutions(File.ReadAllBytes(app.Model)));
        app.Run().ShouldBe($"Digits.onnx {embedded.Length} intact");

        var state = File.GetLastWriteTimeUtc(app.State);
        var assembly = File.GetLastWriteTimeUtc(app["obj", "Release", "net10.0", "app.dll"]);
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        place.Last.UpToDate.ShouldBe(1, place.Last.Output);
        File.GetLastWriteTimeUtc(app.State).ShouldBe(state);
        File.GetLastWriteTimeUtc(app["obj", "Release", "net10.0", "app.dll"]).ShouldBe(assembly);
    }

    public static IEnumerable<Step> A_Packed_Resource_Is_Unpacked_By_The_Accessor(Place place)
    {
        var app = place.Consumer();
        app.Write(
            "modelopt.yaml",
            Consumer.Manifest.Replace("accessor: DigitsModel", "accessor: DigitsModel\n      compression: brotli", StringComparison.Ordinal)
        );
        yield return Step.Build(app);

        place.Last.Problems.ShouldBeEmpty();
        var model = new FileInfo(app["obj", "modelopt", "digits", "digits.onnx"]).Length;
        app.Embedded().Length.ShouldBeLessThan((int)model);
        app.Run().ShouldBe($"Digits.onnx {model} intact");
    }

    public static IEnumerable<Step> Two_Fresh_Builds_Of_The_Same_Project_Give_The_Same_Bytes_Also_Where_A_Folder_Has_Spaces_And_Other_Letters(Place place)
    {
        var first = new Consumer(place["one", "app"]);
        var second = new Consumer(place["my äpps ω", "app"]);
        yield return Step.Build(first, second);

        place.Last.ToolStarts.ShouldBe(2, place.Last.Output);
        place.Last.Problems.ShouldBeEmpty();
        second.Embedded().ShouldBe(first.Embedded());
        second.Run().ShouldBe($"Digits.onnx {second.Embedded().Length} intact");

        yield return Step.Build(second);
        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
    }
}
