using Progeny.Abstractions.Training;
using Progeny.Grains.Projects;

namespace Progeny.Gateway.Tests.Releases;

public sealed class ProjectStateTests
{
    [Theory]
    [InlineData(JobKind.Train, JobKind.Evaluate)]
    [InlineData(JobKind.Evaluate, JobKind.Train)]
    public void Recent_jobs_of_a_kind_stay_when_there_are_many_of_another(JobKind few, JobKind many)
    {
        var state = new ProjectState().With("first", few).With("second", few);
        for (var i = 0; i < 2_000; i++)
            state = state.With($"job {i}", many);
        var recent = state.RecentJobs().ToList();
        recent.IndexOf("second").ShouldBeInRange(0, recent.IndexOf("first") - 1);
        recent.ShouldContain("job 1970");
        state.Jobs.Length.ShouldBe(1_000);
    }

    [Fact]
    public void Recent_jobs_hold_every_open_one_however_old()
    {
        var state = new ProjectState { Jobs = ["b", "a"], OpenJobs = ["old"] };
        for (var i = 0; i < 10; i++)
            state = state.With($"job {i}", JobKind.Evaluate);
        state.RecentJobs().ShouldContain("old");
        state.RecentJobs().Distinct().Count().ShouldBe(state.RecentJobs().Length);
    }
}
