using Progeny.Core.Common;
using Progeny.Core.Training.Checks;

namespace Progeny.Core.Tests.Training;

public sealed class RememberedModelCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;
    private readonly CountedCheck inner = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Model_that_was_accepted_is_not_checked_again_until_its_bytes_or_its_manifest_change()
    {
        var check = new RememberedModelCheck(inner);
        var first = await check.RunAsync(Request("model", "a"), default);
        (await check.RunAsync(Request("model", "a"), default)).ShouldBeSameAs(first);
        inner.Count.ShouldBe(1);

        await check.RunAsync(Request("model", "b"), default);
        await check.RunAsync(Request("other", "a"), default);
        await check.RunAsync(Request("model", "a") with { Test = true }, default);
        inner.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Check_with_rows_is_made_each_time()
    {
        var check = new RememberedModelCheck(inner);
        await check.RunAsync(Request("model", "a") with { Data = "data.csv" }, default);
        await check.RunAsync(Request("model", "a") with { Data = "data.csv" }, default);
        inner.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Refusal_is_not_remembered()
    {
        var check = new RememberedModelCheck(inner);
        inner.Refuses = true;
        await Should.ThrowAsync<TrainingFailedException>(() => check.RunAsync(Request("model", "a"), default));
        inner.Refuses = false;
        await check.RunAsync(Request("model", "a"), default);
        inner.Count.ShouldBe(2);
    }

    private ModelCheckRequest Request(string model, string manifest)
    {
        var path = Path.Combine(folder, model);
        File.WriteAllText(path, model);
        return new ModelCheckRequest { Model = path, Manifest = Projects.Binary with { Text = manifest } };
    }

    private sealed class CountedCheck : IModelCheck
    {
        public int Count { get; private set; }

        public bool Refuses { get; set; }

        public Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken)
        {
            Count++;
            return Refuses
                ? Task.FromException<ModelFindings>(new TrainingFailedException(TrainingStage.Acceptance, "It is refused."))
                : Task.FromResult(new ModelFindings());
        }
    }
}
