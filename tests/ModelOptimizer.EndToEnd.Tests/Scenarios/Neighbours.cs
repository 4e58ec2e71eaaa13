using System.IO.Compression;
using System.Text;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>What other projects, other SDKs and other packages make of a project with models.</summary>
internal static class Neighbours
{
    private const string NoProgram = "public static class Nothing { }\n";

    public static IEnumerable<Step> Friends_May_Have_Accessors_Of_One_Name_And_A_Project_Any_Name(Place place)
    {
        const string Namespace = "<RootNamespace>my-app.1st</RootNamespace><TreatWarningsAsErrors>true</TreatWarningsAsErrors>";
        var library = new Consumer(place["lib"], Namespace + "<OutputType>Library</OutputType>", "<InternalsVisibleTo Include=\"app\" />");
        library.Write("Program.cs", NoProgram);
        var app = place.Consumer(Namespace, "<ProjectReference Include=\"../lib/lib.csproj\" />");
        app.Write("Program.cs", "System.Console.WriteLine(my_app._1st.DigitsModel.Bytes.Length == my_app._1st.DigitsModel.SizeInBytes);\n");
        yield return Step.Build(app);

        app.Run().ShouldBe("True");
    }

    public static IEnumerable<Step> Whatever_Looks_At_Sources_And_Resources_Early_Sees_The_Accessor_And_The_Model(Place place)
    {
        var app = place.Consumer();
        // As WPF compiles XAML, and as a package writes a list of embedded files.
        app.Write("Directory.Build.targets", """
            <Project>
              <PropertyGroup><PrepareResourceNamesDependsOn>ListOfFiles;$(PrepareResourceNamesDependsOn)</PrepareResourceNamesDependsOn></PropertyGroup>
              <Target Name="MarkupCompilePass1"><Message Importance="high" Text="early sources: @(Compile->'%(Filename)')" /></Target>
              <Target Name="ListOfFiles" DependsOnTargets="MarkupCompilePass1"><Message Importance="high" Text="early resources: @(EmbeddedResource->'%(LogicalName)')" /></Target>
            </Project>
            """);
        yield return Step.Build(app);

        place.Last.Output.ShouldContain("early sources: Program;");
        place.Last.Output.Split('\n').Single(line => line.Contains("early sources:", StringComparison.Ordinal)).ShouldContain("DigitsModel.g");
        place.Last.Output.ShouldContain("early resources: Digits.onnx");

        // As native compilation of what is built already does: the compiler again, and no resources before it.
        var assembly = app["obj", "Release", "net10.0", "app.dll"];
        File.Delete(assembly);
        app.DotNet("msbuild", "-t:Compile", "-p:Configuration=Release").ShouldSucceed();
        Encoding.UTF8.GetString(File.ReadAllBytes(assembly)).ShouldContain("\0Digits.onnx\0");
    }

    public static IEnumerable<Step> A_Project_For_The_Web_Publishes_Its_Own_Files_And_Neither_Reports_Nor_Schema(Place place)
    {
        var app = place.Consumer();
        File.WriteAllText(app.Project, File.ReadAllText(app.Project).Replace("Microsoft.NET.Sdk", "Microsoft.NET.Sdk.Web", StringComparison.Ordinal));
        foreach (var file in new[] { "models/digits.compressed.report.json", "modelopt.schema.json", "own.json", "seed.lock.json" })
        {
            app.Write(file, "{}\n");
        }

        yield return Step.Build(app);
        yield return Step.Publish(app);

        string[] published = [.. Directory.EnumerateFiles(app["bin", "Release", "net10.0", "publish"], "*.json", SearchOption.AllDirectories).Select(Path.GetFileName)!];
        published.ShouldContain("own.json");
        published.ShouldContain("seed.lock.json");
        published.ShouldNotContain(name => name.StartsWith("modelopt", StringComparison.Ordinal) || name.EndsWith(".report.json", StringComparison.Ordinal));
    }

    public static IEnumerable<Step> Two_Models_At_One_Place_Are_An_Error_That_Names_Both(Place place)
    {
        var library = new Consumer(place["lib"], "<OutputType>Library</OutputType>");
        library.Write("Program.cs", NoProgram);
        library.Write("modelopt.yaml", Copying.Manifest);
        var app = place.Consumer(items: "<ProjectReference Include=\"../lib/lib.csproj\" />");
        app.Write("Program.cs", "System.Console.WriteLine();\n");
        app.Write("modelopt.yaml", Copying.Manifest);
        yield return Step.FailedBuild(app);

        place.Last.Output.ShouldContain("error MOC5109");
        place.Last.Output.ShouldContain(library["obj", "modelopt", "digits", "digits.onnx"]);
    }

    public static IEnumerable<Step> A_Project_Without_A_Manifest_Is_One_Warning_And_Yml_Is_One(Place place)
    {
        var without = new Consumer(place["without"], SeveralFrameworks.Both);
        File.Delete(without["modelopt.yaml"]);
        without.Write("Program.cs", NoProgram);
        var yml = place.Consumer();
        File.Move(yml["modelopt.yaml"], yml["modelopt.yml"]);
        yield return Step.Build(without, yml);

        place.Last.Output.Split('\n').Where(line => line.Contains("warning MOC5108", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct().Count().ShouldBe(1);
        yml.Run().ShouldEndWith("intact");

        without.Set("<ModelOptimizerManifestExpected>false</ModelOptimizerManifestExpected>");
        yield return Step.Build(without);

        place.Last.Output.ShouldNotContain("MOC5108");
    }

    /// <summary>The entries of a project's package.</summary>
    public static IEnumerable<string> PackageEntries(Consumer app)
    {
        using var package = ZipFile.OpenRead(app["bin", "Release", $"{app.Name}.1.0.0.nupkg"]);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }
}
