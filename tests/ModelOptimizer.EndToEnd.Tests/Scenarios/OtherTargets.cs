namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class OtherTargets : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_Design_Time_Build_Starts_Nothing_And_Keeps_The_Accessor()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.DotNet("restore").ShouldSucceed();

        var before = DesignTime(consumer);
        before.ToolStarts.ShouldBe(0, before.Output);
        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();

        consumer.Build().ShouldSucceed();
        consumer.Write("modelopt.yaml", Consumer.Manifest + "# changed\n");
        var after = DesignTime(consumer);
        after.ToolStarts.ShouldBe(0, after.Output);
        after.Output.ShouldContain("DesignTimeSource=" + consumer["obj", "modelopt", "DigitsModel.g.cs"]);
    }

    [Fact]
    public void Publish_And_Pack_Of_What_Is_Built_Start_Nothing()
    {
        var consumer = new Consumer(_folder["app"]);
        consumer.Build().ShouldSucceed();

        var publish = consumer.DotNet("publish", "-c", "Release", "--no-build").ShouldSucceed();
        var pack = consumer.DotNet("pack", "-c", "Release", "--no-build").ShouldSucceed();

        (publish.ToolStarts + publish.UpToDate).ShouldBe(0, publish.Output);
        (pack.ToolStarts + pack.UpToDate).ShouldBe(0, pack.Output);
    }

    [Fact]
    public void The_Accessor_Passes_Every_Analyser_With_Warnings_As_Errors()
    {
        var consumer = new Consumer(_folder["app"], """
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <Nullable>enable</Nullable>
            <AnalysisMode>All</AnalysisMode>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            """);
        consumer.Write("Program.cs", "[assembly: System.CLSCompliant(false)]\n[assembly: System.Runtime.InteropServices.ComVisible(false)]\nSystem.Console.WriteLine(App.DigitsModel.SizeInBytes);\n");

        consumer.Build("-warnaserror").ShouldSucceed();

        consumer.Run().ShouldBe(consumer.Embedded().Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Dispose() => _folder.Dispose();

    // What editors run: Compile with the compiler switched off, to learn its arguments.
    private static Outcome DesignTime(Consumer consumer)
    {
        consumer.Write("Directory.Build.targets", """
            <Project>
              <Target Name="Show" AfterTargets="CoreCompile"><Message Importance="high" Text="DesignTimeSource=%(Compile.FullPath)" /></Target>
            </Project>
            """);
        return consumer.DotNet("msbuild", "-t:ResolveAssemblyReferences;Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-p:Configuration=Release").ShouldSucceed();
    }
}
