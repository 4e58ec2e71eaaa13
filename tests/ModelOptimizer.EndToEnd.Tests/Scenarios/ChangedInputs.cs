namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class ChangedInputs : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Consumer _consumer;

    public ChangedInputs()
    {
        _consumer = new Consumer(_folder["app"]);
        _consumer.Build().ShouldSucceed();
    }

    [Fact]
    public void A_Changed_Model_Is_Compressed_And_Embedded_Again()
    {
        var before = _consumer.Run();
        SmallModel.Write(_consumer.Model, channels: 32);

        var build = _consumer.Build().ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        var after = _consumer.Run();
        after.ShouldNotBe(before);
        after.ShouldBe($"Digits.onnx {_consumer.Embedded().Length} intact");
    }

    [Fact]
    public void A_Model_Replaced_By_A_File_With_An_Older_Time_Stamp_Is_Noticed()
    {
        var before = _consumer.Run();
        SmallModel.Write(_consumer.Model, channels: 32);
        File.SetLastWriteTimeUtc(_consumer.Model, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        var build = _consumer.Build().ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        _consumer.Run().ShouldNotBe(before);
    }

    [Fact]
    public void Changed_Data_Runs_The_Tool_And_A_Touched_File_Leaves_The_Assembly_Alone()
    {
        var assembly = _consumer["obj", "Release", "net10.0", "app.dll"];
        var compiled = File.GetLastWriteTimeUtc(assembly);
        File.SetLastWriteTimeUtc(_consumer["data", "test.npz"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var touched = _consumer.Build().ShouldSucceed();
        touched.ToolStarts.ShouldBe(1, touched.Output);
        File.GetLastWriteTimeUtc(assembly).ShouldBe(compiled);
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);

        SmallImages.Write(_consumer["data", "calibration.npz"], 48, seed: 3);
        var before = _consumer.Embedded();
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        _consumer.Embedded().ShouldNotBe(before);
    }

    [Fact]
    public void A_Lost_Output_Is_Made_Again()
    {
        var embedded = _consumer.Embedded();
        foreach (var file in Directory.GetFiles(_consumer["obj", "modelopt"], "*.onnx", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);

        _consumer.Embedded().ShouldBe(embedded);
    }

    public void Dispose() => _folder.Dispose();
}
