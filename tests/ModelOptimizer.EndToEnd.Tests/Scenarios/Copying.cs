namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>A model that is shipped as a file beside the assembly.</summary>
public sealed class Copying : IDisposable
{
    internal const string Copy = "assets/digits.onnx";
    private readonly TempFolder _folder = new();
    private readonly Consumer _consumer;

    public Copying()
    {
        _consumer = new Consumer(_folder["app"]);
        _consumer.Write("Program.cs", "System.Console.WriteLine(new System.IO.FileInfo(System.IO.Path.Combine(System.AppContext.BaseDirectory, \"assets\", \"digits.onnx\")).Length);\n");
        _consumer.Write("modelopt.yaml", Manifest);
        _consumer.Build().ShouldSucceed();
    }

    /// <summary>The consumer's manifest, with <c>copy</c> instead of <c>resource</c> and <c>accessor</c>.</summary>
    internal static string Manifest => $"{Consumer.Manifest[..Consumer.Manifest.IndexOf("      resource:", StringComparison.Ordinal)]}      copy: {Copy}\n";

    private string InBin => _consumer["bin", "Release", "net10.0", Copy];

    [Fact]
    public void The_Compressed_Model_Lies_Beside_The_Assembly_And_Follows_Every_Change()
    {
        File.Exists(InBin).ShouldBeTrue();
        SmallModel.Convolutions(File.ReadAllBytes(InBin)).ShouldBeGreaterThan(3);
        _consumer.Run().ShouldBe(Length(InBin));

        var (first, written) = (File.ReadAllBytes(InBin), File.GetLastWriteTimeUtc(InBin));
        _consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(0);
        File.GetLastWriteTimeUtc(InBin).ShouldBe(written);

        SmallModel.Write(_consumer.Model, channels: 32);
        _consumer.Build().ShouldSucceed();
        var changed = File.ReadAllBytes(InBin);
        changed.ShouldNotBe(first);

        // The original is copied later than the compressed model was made, and the compressed model must come back all the same.
        _consumer.Build("-p:ModelOptimizerEnabled=false").ShouldSucceed();
        File.ReadAllBytes(InBin).ShouldBe(File.ReadAllBytes(_consumer.Model));
        _consumer.Build().ShouldSucceed();
        File.ReadAllBytes(InBin).ShouldBe(changed);

        _consumer.DotNet("clean", "-c", "Release").ShouldSucceed();
        File.Exists(InBin).ShouldBeFalse();
    }

    [Fact]
    public void A_Copy_That_The_Manifest_Moves_Leaves_Nothing_At_Its_Old_Place()
    {
        _consumer.Write("modelopt.yaml", File.ReadAllText(_consumer["modelopt.yaml"]).Replace(Copy, "other.onnx", StringComparison.Ordinal));

        _consumer.Build().ShouldSucceed();

        File.Exists(_consumer["bin", "Release", "net10.0", "other.onnx"]).ShouldBeTrue();
        File.Exists(InBin).ShouldBeFalse();
    }

    [Fact]
    public void Publishing_Brings_The_Model_With_And_Without_A_Build()
    {
        var publish = _consumer.DotNet("publish", "-c", "Release", "--no-build", "-o", _folder["published"]).ShouldSucceed();
        publish.ToolStarts.ShouldBe(0, publish.Output);
        File.ReadAllBytes(_folder["published", Copy]).ShouldBe(File.ReadAllBytes(InBin));

        SmallModel.Write(_consumer.Model, channels: 32);
        _consumer.DotNet("publish", "-c", "Release", "-o", _folder["published"]).ShouldSucceed();
        File.ReadAllBytes(_folder["published", Copy]).ShouldBe(File.ReadAllBytes(InBin));
    }

    [Fact]
    public void A_Referencing_App_Gets_The_Model_When_It_Builds_And_When_It_Publishes()
    {
        var directory = _folder["user"];
        Directory.CreateDirectory(directory);
        File.Copy(_consumer["NuGet.Config"], Path.Combine(directory, "NuGet.Config"));
        File.WriteAllText(Path.Combine(directory, "Program.cs"), "System.Console.WriteLine();\n");
        File.WriteAllText(Path.Combine(directory, "user.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
              </PropertyGroup>
              <ItemGroup><ProjectReference Include="../app/app.csproj" /></ItemGroup>
            </Project>
            """);
        var expected = File.ReadAllBytes(InBin);
        var project = Path.Combine(directory, "user.csproj");
        var copied = Path.Combine(directory, "bin", "Release", "net10.0", Copy);

        _consumer.DotNet("build", project, "-c", "Release").ShouldSucceed();
        File.ReadAllBytes(copied).ShouldBe(expected);

        // Here the referenced project's Build target does not run at all.
        File.Delete(copied);
        var alone = _consumer.DotNet("build", project, "-c", "Release", "--no-dependencies").ShouldSucceed();
        (alone.ToolStarts + alone.UpToDate).ShouldBe(0, alone.Output);
        File.ReadAllBytes(copied).ShouldBe(expected);

        _consumer.DotNet("publish", project, "-c", "Release", "--no-build", "-o", _folder["published"]).ShouldSucceed();
        File.ReadAllBytes(_folder["published", Copy]).ShouldBe(expected);
    }

    public void Dispose() => _folder.Dispose();

    private static string Length(string path) => new FileInfo(path).Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
