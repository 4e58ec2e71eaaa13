namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class ChangedInputs
{
    public static IEnumerable<Step> A_Changed_Model_Is_Compressed_And_Embedded_Again_Although_Its_Time_Stamp_Is_Older(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var before = app.Run();
        SmallModel.Write(app.Model, channels: 32);
        File.SetLastWriteTimeUtc(app.Model, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var after = app.Run();
        after.ShouldNotBe(before);
        after.ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
    }

    public static IEnumerable<Step> A_Touched_File_Runs_The_Tool_Once_And_Leaves_The_Assembly_Alone(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var assembly = app["obj", "Release", "net10.0", "app.dll"];
        var compiled = File.GetLastWriteTimeUtc(assembly);
        File.SetLastWriteTimeUtc(app["data", "test.npz"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        File.GetLastWriteTimeUtc(assembly).ShouldBe(compiled);

        yield return Step.Build(app);
        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
    }

    public static IEnumerable<Step> A_Lost_Output_Is_Made_Again_And_Changed_Data_Makes_Another(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var embedded = app.Embedded();
        foreach (var file in Directory.GetFiles(app["obj", "modelopt"], "*.onnx", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        yield return Step.Build(app);
        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldBe(embedded);

        SmallImages.Write(app["data", "calibration.npz"], 48, seed: 3);
        yield return Step.Build(app);
        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        app.Embedded().ShouldNotBe(embedded);
    }
}
