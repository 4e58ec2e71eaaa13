using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// Stand-ins for the three packages of the TorchSharp backend, of which libtorch's is 128 MB: a backend that looks for its native libraries as the real one
/// does, and then leaves the computing to the tool. They have the real versions, which the page names, and are unpacked into the tests' own folders only.
/// </summary>
internal sealed class TorchSharpPackages
{
    /// <summary>How the stand-in describes itself.</summary>
    public const string Description = "a stand-in";

    private const string Source = $$"""
        using System.Runtime.InteropServices;
        using ModelOptimizer.Tensors.Devices;
        using ModelOptimizer.Tensors.LinearAlgebra;

        public sealed class StandIn : ILinearAlgebraBackend
        {
            public string Identity => "torchsharp0.0.0";

            public string Description => "{{Description}}";

            ILinearAlgebra ILinearAlgebraBackend.Create(Device device)
            {
                NativeLibrary.Load("torch_cpu", typeof(StandIn).Assembly, null);
                NativeLibrary.Load("LibTorchSharp", typeof(StandIn).Assembly, null);
                return null;
            }
        }
        """;

    private readonly string _folder;

    /// <summary>Writes the project of the stand-in, against the tool in its package, with nothing to restore.</summary>
    public TorchSharpPackages(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using (var package = ZipFile.OpenRead(Path.Combine(Packages.Feed, $"ModelOptimizer.Tool.{Packages.Version}.nupkg")))
        {
            package.GetEntry("tools/net10.0/any/ModelOptimizer.Tensors.dll")!.ExtractToFile(Path.Combine(folder, "ModelOptimizer.Tensors.dll"));
        }

        NuGetConfig.Write(folder);
        File.WriteAllText(Path.Combine(folder, "StandIn.cs"), Source);
        File.WriteAllText(Project, """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputPath>out</OutputPath>
                <AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="ModelOptimizer.Tensors.dll" />
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>What is to be built.</summary>
    public string Project => Path.Combine(_folder, "ModelOptimizer.TorchSharp.csproj");

    /// <summary>Makes packages of what was built.</summary>
    /// <returns>A feed with them.</returns>
    public string Pack()
    {
        var feed = Directory.CreateDirectory(Path.Combine(_folder, "feed")).FullName;
        var backend = Path.Combine(_folder, "out", "ModelOptimizer.TorchSharp.dll");
        // Any library that the system loads.
        var native = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");
        Write("ModelOptimizer.TorchSharp", Packages.Version, ("lib/net10.0/ModelOptimizer.TorchSharp.dll", backend));
        Write(
            "TorchSharp",
            Packages.VersionOf("TorchSharpVersion"),
            ("lib/net8.0/TorchSharp.dll", backend),
            ("runtimes/linux-x64/native/libLibTorchSharp.so", native)
        );
        Write("libtorch-cpu-linux-x64", Packages.VersionOf("LibTorchVersion"), ("runtimes/linux-x64/native/libtorch_cpu.so", native));
        return feed;

        void Write(string id, string version, params (string Name, string File)[] files)
        {
            using var package = ZipFile.Open(Path.Combine(feed, $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
            using (var nuspec = new StreamWriter(package.CreateEntry($"{id}.nuspec").Open()))
            {
                nuspec.Write(
                    $"<package><metadata><id>{id}</id><version>{version}</version><authors>tests</authors><description>A "
                        + "stand-in.</description></metadata></package>"
                );
            }

            foreach (var (name, file) in files)
            {
                package.CreateEntryFromFile(file, name);
            }
        }
    }
}
