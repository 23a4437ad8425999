// How many threads this process should compute on.
#pragma once

namespace vmm {

// Processors that affinity and the control group's quota allow (performance cores on Apple Silicon);
// VMM_THREADS overrides.
int coresToUse();

}  // namespace vmm
