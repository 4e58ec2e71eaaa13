using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>
/// How long an application takes to get a model out of its embedded resource, through the class that the package generates, beside making a session of it: an
/// application of its own, built once, a process for each reading, medians.
/// </summary>
internal static class OpenTable
{
    private const int Repetitions = 5;
    private const int Width = 512;

    private static readonly EmbedCompression[] Compressions = [EmbedCompression.None, EmbedCompression.Deflate, EmbedCompression.Brotli];

    public static int Run(string sizes)
    {
        using var workspace = new Workspace();
        var names = new List<(string Name, int Bytes, int Shipped)>();
        foreach (var megabytes in sizes.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            var model = Model(megabytes);
            foreach (var compression in Compressions)
            {
                var name = $"Of{megabytes}MegabytesBy{compression}";
                var packed = Packing.Pack(model, compression, hasBrotli: true).Bytes;
                var file = new EmbeddedFile(Convert.ToHexString(SHA256.HashData(model)), model.Length, compression, packed.Length);
                File.WriteAllBytes(Path.Combine(workspace.Folder, $"{name}.bin"), packed);
                File.WriteAllText(Path.Combine(workspace.Folder, $"{name}.cs"), Accessor.Source(name, "Models", $"{name}.bin", file));
                names.Add((name, model.Length, packed.Length));
            }
        }

        Build(workspace.Folder, names.Select(name => name.Name));
        Console.WriteLine("| model | resource | shipped | to get the bytes | to make a session |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (name, bytes, shipped) in names)
        {
            var readings = Enumerable.Range(0, Repetitions).Select(_ => Read(workspace.Folder, name)).ToList();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {bytes / 1e6:F0} MB | {name} | {shipped / 1e6:F1} MB | {Median(readings, 0):F1} ms | {Median(readings, 1):F1} ms |"));
        }

        return 0;
    }

    private static double Median(List<double[]> readings, int column) => readings.Select(reading => reading[column]).Order().ElementAt(Repetitions / 2);

    private static byte[] Model(int megabytes)
    {
        var graph = new GraphBuilder().Input("x0", [1, Width]);
        for (var i = 0; i < megabytes; i++)
        {
            graph.MatMul($"x{i}", $"x{i + 1}", Width, Width);
        }

        return graph.Output($"x{megabytes}").Build().ToBytes();
    }

    private static void Build(string folder, IEnumerable<string> names)
    {
        var version = typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly.GetName().Version!.ToString(3);
        File.WriteAllText(Path.Combine(folder, "open.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{version}" />
                <EmbeddedResource Include="*.bin" LogicalName="%(Filename).bin" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), $$"""
            var clock = System.Diagnostics.Stopwatch.StartNew();
            byte[] bytes = args[0] switch
            {
            {{string.Join('\n', names.Select(name => $"    \"{name}\" => Models.{name}.Bytes,"))}}
                _ => throw new System.ArgumentException(args[0]),
            };
            var opened = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(bytes);
            System.Console.WriteLine(System.FormattableString.Invariant($"{opened} {clock.Elapsed.TotalMilliseconds}"));
            """);
        Start("dotnet", ["build", folder, "-c", "Release", "-o", Path.Combine(folder, "app"), "--nologo", "-v", "q"]);
    }

    private static double[] Read(string folder, string name) =>
        [.. Start("dotnet", [Path.Combine(folder, "app", "open.dll"), name]).Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private static string Start(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException(text);
    }
}
