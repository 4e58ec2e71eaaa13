using System.IO.Compression;
using System.Text;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Pipeline.Tests.Reports;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>Project files that <c>init</c> adds the package to.</summary>
internal sealed class Projects : Subject
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>
          </PropertyGroup>
          <ItemGroup Condition="'$(A)' == 'b'">
            <PackageReference Include="X" Version="1.0" />
          </ItemGroup>
          <ItemGroup>
            <PackageReference Include="Y" />
            <PackageVersion Include="Z" Version="2.0" />
          </ItemGroup>
        </Project>
        """;

    public Projects() => Files["app.csproj"] = Files["Directory.Packages.props"] = Encoding.UTF8.GetBytes(Project);

    public override string Name => "project";

    public override int Share => 2;

    public override IReadOnlyList<Specimen> Specimens { get; } =
        [new("app.csproj", Encoding.UTF8.GetBytes(Project), Form.Text), new("Directory.Packages.props", Encoding.UTF8.GetBytes(Project), Form.Text)];

    // Central versions are looked for in the folders above too.
    public override bool MayNameOthers => true;

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        foreach (var (_, bytes) in PackageReferences.Add(ProjectFile.In(project)!, runtime: null, new InitNotes()))
        {
            _ = System.Xml.Linq.XDocument.Parse(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'));
        }

        return [];
    }
}

/// <summary>What a user's evaluator prints.</summary>
internal sealed class Evaluators : Subject
{
    public override string Name => "evaluator";

    public override int Share => 1;

    public override IReadOnlyList<Specimen> Specimens { get; } = [new("printed.txt", "noise\n{\"mAP\": 0.71, \"loss\": 1e-3, \"n\": 5}\n"u8.ToArray(), Form.Text)];

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var output = new CommandOutput();
        foreach (var line in File.ReadLines(Path.Combine(project, specimen.File)))
        {
            output.Read(line);
            output.Complain(line);
        }

        _ = output.Outcome(0);
        return [];
    }
}

/// <summary>Reports of an earlier run, which a later one looks at before it writes its own.</summary>
internal sealed class EarlierReports : Subject
{
    private const string Report = "cifar.compressed.report.json";

    public EarlierReports()
    {
        Files["modelopt.yaml"] = "version: 1\nmodels: { cifar-resnet20: { source: cifar.onnx, compress: [{ method: tucker, ranks: 4 }] } }\n"u8.ToArray();
        Files["cifar.onnx"] = [];
    }

    public override string Name => "report";

    public override int Share => 1;

    public override IReadOnlyList<Specimen> Specimens { get; } =
        [new(Report, Encoding.UTF8.GetBytes(ReportDocument.Of(SampleReports.Searched, "1.0", SampleReports.Manifest).ToJson()), Form.Json)];

    public override bool MayWrite(string file) => file.StartsWith("cifar.compressed.report.", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var manifest = Path.Combine(project, "modelopt.yaml");
        List<Diagnostic> said = [];
        var verified = SampleReports.Searched with { Steps = [], Source = Path.Combine(project, "cifar.onnx"), Output = null, ReportFile = null };
        ReportFiles.Write(verified, manifest, ManifestReader.Read(manifest).Models[0], new RunOptions { ManifestPath = manifest }, said.Add);
        return said;
    }
}

/// <summary>Data and models that <c>init</c> looks at and guesses from; what it writes is read again.</summary>
internal sealed class Initialisations : Subject
{
    public Initialisations()
    {
        var images = ArrayWriter.Npy("<f4", [12, SampleModels.Width], GraphBuilder.Normal([12, SampleModels.Width], 1, 3));
        var labels = ArrayWriter.Npy("<i8", [12], Enumerable.Range(0, 12).Select(i => (double)(i % 10)));
        var table = new StringBuilder(string.Join(',', Enumerable.Range(0, SampleModels.Width).Select(i => $"p{i}")) + ",label\n");
        for (var row = 0; row < 12; row++)
        {
            table.AppendJoin(',', Enumerable.Range(0, SampleModels.Width).Select(i => (row * i) % 7)).Append(',').Append(row % 10).Append('\n');
        }

        Files["model.onnx"] = SampleModels.Small;
        Specimens =
        [
            new("d.npz", images, Form.Text) { Pack = bytes => ArrayWriter.Npz(CompressionLevel.Fastest, ("images", bytes), ("labels", labels)) },
            new("d.npz", labels, Form.Text) { Pack = bytes => ArrayWriter.Npz(CompressionLevel.Fastest, ("images", images), ("labels", bytes)) },
            new("d.npz", ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", images), ("labels", labels)), Form.Bytes),
            new("d.csv", Encoding.UTF8.GetBytes(table.ToString()), Form.Text),
            new("d.npy", images, Form.Text),
        ];
    }

    public override string Name => "init";

    public override int Share => 2;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayWrite(string file) => file is "modelopt.yaml" or "modelopt.schema.json";

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var request = new InitRequest { Directory = project, Model = Path.Combine(project, "model.onnx"), Data = Path.Combine(project, specimen.File) };
        _ = Initializer.Run(request, cancellation);
        _ = ManifestReader.Read(Path.Combine(project, "modelopt.yaml"));
        return [];
    }
}
