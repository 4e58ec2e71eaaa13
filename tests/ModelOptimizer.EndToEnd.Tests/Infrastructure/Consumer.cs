using System.Diagnostics;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A fresh project that uses the package: a csproj, a program, a manifest, a model and data in a folder of its own.</summary>
internal sealed class Consumer
{
    public const string Manifest = """
        version: 1
        datasets:
          calibration:
            path: data/calibration.npz
            inputs: { image: images }
          test:
            path: data/test.npz
            inputs: { image: images }
        models:
          digits:
            source: models/digits.onnx
            calibrate: { dataset: calibration }
            evaluate: { dataset: test }
            compress:
              - method: tucker
                budget: { size: 60% }
            gates:
              - size: { max: 65% }
              - cosine: { min: 10% }
            embed:
              resource: Digits.onnx
              accessor: DigitsModel

        """;

    private const string Program = """
        using System.Security.Cryptography;

        namespace App
        {
            public static class Program
            {
                public static void Main()
                {
                    using (var stream = DigitsModel.OpenStream())
                    using (var sha = SHA256.Create())
                    {
                        var hash = System.BitConverter.ToString(sha.ComputeHash(stream)).Replace("-", "").ToLowerInvariant();
                        var same = hash == DigitsModel.Sha256 && DigitsModel.Bytes.Length == DigitsModel.SizeInBytes;
                        System.Console.WriteLine(DigitsModel.ResourceName + " " + DigitsModel.SizeInBytes + " " + (same ? "intact" : "damaged"));
                    }
                }
            }
        }

        """;

    private readonly Dictionary<string, string> _environment = new() { ["NUGET_PACKAGES"] = Packages.Folder };

    /// <summary>Writes the project.</summary>
    /// <param name="directory">Its folder; its name is the project's.</param>
    /// <param name="properties">Elements of the csproj's property group.</param>
    /// <param name="items">Elements of an item group.</param>
    /// <param name="cache">The cache's folder; one of its own when not given.</param>
    public Consumer(string directory, string properties = "", string items = "", string? cache = null)
    {
        Root = directory;
        Write("NuGet.Config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{Packages.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        Write($"{Name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <RootNamespace>App</RootNamespace>
                <ModelOptimizerCache Condition="'$(ModelOptimizerCache)' == ''">{cache ?? "$(MSBuildProjectDirectory)/cache"}</ModelOptimizerCache>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ModelOptimizer.Build" Version="{Packages.Version}" />
                {items}
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", Program);
        Write("modelopt.yaml", Manifest);
        Directory.CreateDirectory(this["models"]);
        Directory.CreateDirectory(this["data"]);
        SmallModel.Write(Model);
        SmallImages.Write(this["data", "calibration.npz"], 48, seed: 1);
        SmallImages.Write(this["data", "test.npz"], 32, seed: 2);
    }

    public string Root { get; }

    public string Name => Path.GetFileName(Root);

    public string Project => this[$"{Name}.csproj"];

    public string Model => this["models", "digits.onnx"];

    public string State => this["obj", "modelopt", "state.json"];

    public string this[params string[] names] => Path.Combine([Root, .. names]);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary><c>dotnet build -c Release</c>, with normal verbosity so that a test sees what the task did.</summary>
    public Outcome Build(params string[] arguments) => DotNet("build", ["-c", "Release", .. arguments]);

    /// <summary>A <c>dotnet</c> command that MSBuild carries out on this project.</summary>
    public Outcome DotNet(string command, params string[] arguments) => Command([command, .. arguments, "-v:n", "-tl:off", "-nologo"]);

    /// <summary>Any <c>dotnet</c> command, in this project's folder.</summary>
    public Outcome Command(params string[] arguments) => Infrastructure.DotNet.Run(Root, _environment, arguments);

    /// <summary>Starts any <c>dotnet</c> command, and does not wait.</summary>
    public Process Start(params string[] arguments) => Infrastructure.DotNet.Start(Infrastructure.DotNet.Host, Root, _environment, arguments);

    /// <summary>Starts <c>dotnet build</c> and does not wait; interrupts are not ignored, whatever the test run's parent did.</summary>
    public Process StartBuild() =>
        Infrastructure.DotNet.Start(
            "env",
            Root,
            _environment,
            "--default-signal=INT",
            Infrastructure.DotNet.Host,
            "build",
            "-c",
            "Release",
            "-v:n",
            "-tl:off",
            "-nologo"
        );

    /// <summary>Runs the built program, which reads its embedded model through the accessor.</summary>
    public string Run(string configuration = "Release") =>
        RunProgram(this["bin", configuration, "net10.0", Name]);

    /// <summary>Runs a program by its own host, which starts no <c>dotnet</c>.</summary>
    public static string RunProgram(string program) =>
        Infrastructure.DotNet
            .Run(program + (OperatingSystem.IsWindows() ? ".exe" : ""), Path.GetDirectoryName(program)!, new Dictionary<string, string>())
            .ShouldSucceed().Output.Trim();

    /// <summary>Sets properties that the next builds have; unlike those of <c>-p:</c>, a project can change them.</summary>
    public void Set(string properties) => Write("Directory.Build.props", $"<Project><PropertyGroup>{properties}</PropertyGroup></Project>\n");

    /// <summary>The embedded file, as the state names it.</summary>
    public byte[] Embedded()
    {
        using var state = JsonDocument.Parse(File.ReadAllText(State));
        var resource = state.RootElement.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("kind").GetString() == "resource");
        return File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(State)!, resource.GetProperty("path").GetString()!));
    }
}
